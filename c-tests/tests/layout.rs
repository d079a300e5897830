//! What a C compiler sees in the headers is what the Rust compiler makes: names, types, numbers,
//! sizes and offsets.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may panic: that is how it fails"
)]

use std::collections::BTreeMap;
use std::mem::{align_of, offset_of, size_of};
use std::sync::OnceLock;

use migcore_c_tests::interface::{Interface, ALIGNMENT, SIZE};
use migcore_c_tests::{bound_header, expanded_ffi};
use migcore_ffi::chunk::{check, load, receive, save, settings, tell, walk};
use migcore_ffi::compat::{check as tests, hook, manifest, preflight, profile, rows, run, told};
use migcore_ffi::tree::{compare, loader, saver, storage};
use migcore_ffi::vmstate::{dump, plan, services, table};
use migcore_ffi::{
    device, error, framing, io, kernels, legacy, machine, object, observer, ram, subsection, vmdesc,
};

/// `include/migcore.h` through libclang.
fn header() -> &'static Interface {
    static READ: OnceLock<Interface> = OnceLock::new();
    READ.get_or_init(|| {
        let bound = bound_header("migcore.h", "(migcore|MIGCORE)_.*", &["-std=c99"]);
        Interface::read(&bound.expect("bindgen reads the header")).expect("an interface")
    })
}

/// The ffi crate.
fn crate_side() -> &'static Interface {
    static READ: OnceLock<Interface> = OnceLock::new();
    READ.get_or_init(|| {
        Interface::read(&expanded_ffi().expect("the ffi crate expands")).expect("an interface")
    })
}

#[test]
fn functions_have_the_same_signatures() {
    assert!(header().functions.len() > 90, "a header with most of its functions missing");
    assert_eq!(header().functions, crate_side().functions);
}

#[test]
fn constants_have_the_same_values() {
    assert!(header().constants.len() > 50, "a header with most of its constants missing");
    assert_eq!(header().constants, crate_side().constants);
}

#[test]
fn types_stand_for_the_same() {
    assert!(header().types.contains_key("migcore_status"));
    assert_eq!(header().types, crate_side().types);
}

#[test]
fn structs_have_the_same_members_in_the_same_order() {
    let names = |interface: &'static Interface| interface.structs.keys().collect::<Vec<_>>();
    assert_eq!(names(header()), names(crate_side()));
    for (name, part) in &header().structs {
        let ours = crate_side().structs.get(name).expect("as just compared");
        assert_eq!(part.members, ours.members, "{name}");
        assert!(!part.members.is_empty(), "{name} is seen whole");
    }
}

type Layouts = BTreeMap<&'static str, BTreeMap<&'static str, u64>>;

/// Size, alignment and the offsets of public members, from the Rust compiler.
macro_rules! layouts {
    ($($module:ident::$type:ident { $($member:ident)* })*) => {
        BTreeMap::from([$((stringify!($type), BTreeMap::from([
            (SIZE, size_of::<$module::$type>() as u64),
            (ALIGNMENT, align_of::<$module::$type>() as u64),
            $((stringify!($member), offset_of!($module::$type, $member) as u64),)*
        ])),)*])
    };
}

fn rust_layouts() -> Layouts {
    layouts! {
        check::migcore_chunk_summary { size header length devices skipped_chunks chunks crc }
        device::migcore_device_head { size name instance version oldest_reader marks }
        compare::migcore_difference { size change flags left right }
        error::migcore_error { size status cause offset expected found path }
        framing::migcore_configuration { size parts page_bits uuid machine capabilities }
        framing::migcore_record { size kind section instance version command length name }
        io::migcore_sink { size write position opaque }
        io::migcore_source { size read peek position opaque }
        kernels::migcore_kernels { size crc32 swap16 swap32 swap64 copy_crc32 }
        legacy::migcore_legacy { visitor }
        load::migcore_chunk_loader { visitor }
        loader::migcore_tree_loader { visitor }
        saver::migcore_tree_saver { visitor }
        storage::migcore_tree { }
        object::migcore_visitor { }
        observer::migcore_item {
            size item_type kind name name_length bits data length count instance version marks variable
        }
        machine::migcore_checked { size devices skipped unproven fingerprint }
        machine::migcore_device {
            size name instance version minimum_version oldest_reader marks flags visit blob
            fields_since pre_save post_save pre_load post_load load_done on_run opaque scratch scratch_begin scratch_end
        }
        machine::migcore_machine { }
        machine::migcore_undo { size image image_size scratch scratch_size kernels error }
        observer::migcore_observer { visitor }
        hook::migcore_edit { size tree scope touched inside }
        manifest::migcore_about { size writer machine tag version wire }
        manifest::migcore_accepts { size tag oldest known optional blob }
        manifest::migcore_route_known { size of from_tag to_tag from to }
        preflight::migcore_finding { size answer reason path expected found }
        profile::migcore_profile { size rows below }
        profile::migcore_profile_row { until kind device property text number flags reserved }
        ram::migcore_ram { size blocks count page_size zero opaque }
        ram::migcore_ram_block { size name memory length reserved }
        ram::migcore_ram_counts { size data_pages zero_pages chunks bytes }
        receive::migcore_chunk_receiver { }
        rows::migcore_compat_change { from to steps back_steps back reserved }
        rows::migcore_compat_table { size histories policy otherwise filters writer }
        rows::migcore_compat_version { number tag }
        rows::migcore_filter { leaving arriving opaque reserved }
        rows::migcore_history { devices newest changes reserved }
        rows::migcore_policy_row { path verdict reserved }
        rows::migcore_step {
            kind flags place to items to_items names pairs data count mask bits to_bits form to_form at instance
            to_instance version to_version minimum oldest_reader schema up down opaque reserved
        }
        rows::migcore_step_form { item_type kind variable }
        rows::migcore_step_item {
            item_type kind depth marks version variable name bits data length reserved
        }
        rows::migcore_step_pair { from to }
        rows::migcore_step_place { scope name after }
        run::migcore_compat { }
        run::migcore_compat_failure { size error step from to detail }
        run::migcore_compat_outcome { size legs steps touched losses notes restored unrestored unused }
        run::migcore_compat_targets { size from machine devices count others border }
        run::migcore_compat_wanted { devices version }
        save::migcore_chunk_saver { visitor }
        settings::migcore_chunk_limits { size slots shape chunk work memory }
        settings::migcore_chunk_settings { size machine writer slots fragment_limit alignment }
        subsection::migcore_subsection { size name version minimum_version marks needed visit }
        tests::migcore_compat_checked { size equal around unreachable findings unused }
        tests::migcore_compat_finding { size stops count text text_length number status }
        tests::migcore_compat_states { size opaque save load found seed cases }
        told::migcore_compat_observer { size opaque lost step }
        told::migcore_compat_stage {
            size device device_length text text_length from to instance step touched down
        }
        told::migcore_hop { size machine machine_length writer writer_length version }
        told::migcore_loss {
            size device device_length path path_length from to instance step what node bits secret allowed is_value
        }
        told::migcore_told_version { number tag_length tag }
        tell::migcore_chunk_counts {
            size chunks crc skipped_chunks skipped_devices skipped_items searched
        }
        tell::migcore_chunk_header { size slots shape_limit fragment_limit machine writer }
        vmdesc::migcore_vmdesc { }
        walk::migcore_chunk { size offset next data length crc kind }
        table::migcore_vmstate {
            name unmigratable early_setup version_id minimum_version_id minimum_version_id_old priority
            load_state_old pre_load pre_load_errp post_load post_load_errp pre_save pre_save_errp
            pre_save_void post_save post_save_void needed dev_unplug_pending fields subsections
            old_subsections marks reserved
        }
        services::migcore_vmstate_device { size table object host }
        table::migcore_vmstate_field {
            name err_hint offset size start num num_offset num_width size_offset size_width info flags
            limit vmsd version_id struct_version_id field_exists reserved
        }
        services::migcore_vmstate_host {
            size opaque allocate release allocation_limit hook custom timer_get timer_set tree description
        }
        table::migcore_vmstate_info { name get put load save old_get old_put visit kind }
        plan::migcore_vmstate_plan { size table memory length }
        table::migcore_vmstate_subsection { vmsd needed }
        services::migcore_vmstate_tree { size count each insert }
        dump::migcore_vmstate_type { name table }
    }
}

/// Members that C sees but may not use; Rust does not tell their offsets outside of the crate. They
/// are held by the order of the members, and by the size.
const PRIVATE: [&str; 7] =
    ["state", "failure", "reserved", "operations", "dirty", "devices", "count"];

#[test]
fn sizes_alignments_and_offsets_are_the_same() {
    let rust = rust_layouts();
    assert!(
        rust.keys().eq(header().structs.keys()),
        "a struct was added or removed: mend `rust_layouts`"
    );
    for (name, part) in &header().structs {
        let ours = rust.get(name.as_str()).expect("as just compared");
        for (key, number) in &part.layout {
            match ours.get(key.as_str()) {
                Some(our_number) => assert_eq!(number, our_number, "{name}, {key}"),
                None => assert!(PRIVATE.contains(&key.as_str()), "{name}, {key}: add it here"),
            }
        }
        assert_eq!(part.layout.len(), part.members.len() + 2, "{name}: bindgen saw every member");
    }
}

/// The layer for QEMU's sources is C only: here, libclang reads it at both ends of the releases that
/// it knows, and sees QEMU's names in it. Its functions are `static inline`, which bindgen leaves out:
/// for it, they are not.
#[test]
fn the_qemu_layer_is_read() {
    for release in ["11", "702", "1002"] {
        let define = format!("-DMIGCORE_QEMU_API={release}");
        let arguments = ["-std=gnu99", &define, "-DMIGCORE_QEMU_DEFINE", "-Dstatic=", "-Dinline="];
        let bound = bound_header("migcore_qemu.h", ".*", &arguments);
        let bound = bound.expect("bindgen reads the header");
        syn::parse_file(&bound).expect("bindgen writes Rust");
        let names = [
            "pub struct QEMUFile ",
            "fn qemu_put_be32 ",
            "fn qemu_get_be32 ",
            "fn visit_type_u32 ",
        ];
        for name in names {
            assert!(bound.contains(name), "release {release}: no {name}");
        }
    }
}

#[test]
fn a_difference_would_be_seen() {
    let one = Interface::read(
        "pub const MIGCORE_A: i32 = -0x7fff;
         pub type migcore_t = Option<unsafe extern \"C\" fn(opaque: *mut c_void) -> bool>;
         #[repr(C)] pub struct migcore_s { pub a: u32, pub b: [u8; MIGCORE_B] }
         pub const MIGCORE_B: usize = 4;
         mod inside { #[no_mangle] pub extern \"C\" fn migcore_f(v: *const core::ffi::c_char) {} }",
    );
    let text = one.expect("an interface").to_string();
    assert_eq!(
        text,
        "constant MIGCORE_A = -32767
constant MIGCORE_B = 4
type migcore_t = fn(*mut c_void) -> bool
struct migcore_s: size 0, alignment 0
       0 a: u32
       0 b: [u8; 4]
function migcore_f(*const c_char)
"
    );
}
