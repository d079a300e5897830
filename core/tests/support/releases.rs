//! The programs of seven releases of a board, each with a struct and a visit function of its own.

#![allow(unreachable_pub, reason = "a part of a test")]

use migcore::compat::Random;
use migcore::model::{Builder, Tree, TreeDecoder};
use migcore::visit::{Marks, Track, Versions, Visit, Visitor};
use migcore::{Code, Result};

pub const NEWEST: u32 = 7;
/// Of a card that cannot say how many packets it waits for.
pub const COALESCING: u32 = 100;
/// What release 5 brought.
pub const FEATURE_OFFLOAD: u32 = 0x20;

/// The state, whatever form a release gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    pub control: u32,
    pub features: u32,
    pub debug: u32,
    pub coalescing: u32,
    pub ticks: u32,
    pub head: u16,
    pub tail: u16,
    pub speed: u16,
    pub enabled: bool,
    pub loopback: bool,
    pub link: bool,
}

impl Default for Meaning {
    fn default() -> Self {
        Meaning {
            control: 0,
            features: 0,
            debug: 0,
            coalescing: COALESCING,
            ticks: 0,
            head: 0,
            tail: 0,
            speed: 0,
            enabled: false,
            loopback: false,
            link: false,
        }
    }
}

impl Meaning {
    /// One that a release can be in.
    pub fn random(random: &mut Random, release: u32) -> Meaning {
        let mut number = || random.number() as u32;
        let mut meaning = Meaning {
            control: number(),
            features: number(),
            debug: number(),
            coalescing: number(),
            ticks: number(),
            head: number() as u16,
            tail: number() as u16,
            speed: number() as u16,
            enabled: number() % 2 == 0,
            loopback: number() % 2 == 0,
            link: number() % 2 == 0,
        };
        // Often what is taken for granted.
        if number() % 2 == 0 {
            meaning.coalescing = COALESCING;
        }
        if number() % 2 == 0 {
            meaning.debug = 0;
        }
        meaning.seen_by(release)
    }

    /// What a release can say of it.
    #[must_use]
    pub fn seen_by(mut self, release: u32) -> Meaning {
        if release < 7 {
            self.coalescing = COALESCING;
        }
        if release < 5 {
            self.features &= !FEATURE_OFFLOAD;
            self.loopback &= self.enabled;
        }
        if release >= 4 {
            self.debug = 0;
        }
        self
    }

    fn mode(&self) -> u8 {
        if self.loopback {
            2
        } else {
            u8::from(self.enabled)
        }
    }

    fn bits(&self) -> u8 {
        u8::from(self.enabled) | u8::from(self.loopback) << 1
    }

    fn set_mode(&mut self, mode: u8) {
        (self.enabled, self.loopback) = (mode != 0, mode == 2);
    }

    fn set_bits(&mut self, bits: u8) {
        (self.enabled, self.loopback) = (bits & 1 != 0, bits & 2 != 0);
    }
}

/// The card of a release.
trait Nic: Visit + Default {
    fn set(&mut self, meaning: &Meaning);
    fn get(&self, meaning: &mut Meaning);
}

/// Release 1: a pair of functions that put and get bytes.
#[derive(Default)]
struct Nic1([u8; 20]);

impl Visit for Nic1 {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        match v.is_loading() {
            true => v.get_raw(&mut self.0).and_then(|got| match got {
                20 => Ok(()),
                _ => Err(Code::Truncated),
            }),
            false => v.put_raw(&self.0),
        }
    }
}

impl Nic for Nic1 {
    fn set(&mut self, m: &Meaning) {
        let parts: [&[u8]; 8] = [
            &m.control.to_be_bytes(),
            &m.head.to_be_bytes(),
            &m.tail.to_be_bytes(),
            &[m.mode()],
            &m.features.to_be_bytes(),
            &m.debug.to_be_bytes(),
            &[u8::from(m.link)],
            &m.speed.to_be_bytes(),
        ];
        self.0.copy_from_slice(&parts.concat());
    }

    fn get(&self, m: &mut Meaning) {
        let long = |at: usize| u32::from_be_bytes(self.0[at..at + 4].try_into().unwrap());
        let short = |at: usize| u16::from_be_bytes(self.0[at..at + 2].try_into().unwrap());
        (m.control, m.features, m.debug) = (long(0), long(9), long(13));
        (m.head, m.tail, m.speed) = (short(4), short(6), short(18));
        m.link = self.0[17] != 0;
        m.set_mode(self.0[8]);
    }
}

/// Release 2: the same as fields.
#[derive(Default)]
pub struct Nic2 {
    ctl: u32,
    rx_head: u16,
    rx_tail: u16,
    mode: u8,
    features: u32,
    debug: u32,
    link: bool,
    speed: u16,
}

impl Visit for Nic2 {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("ctl", &mut self.ctl)?;
        v.visit("rx_head", &mut self.rx_head)?;
        v.visit("rx_tail", &mut self.rx_tail)?;
        v.visit("mode", &mut self.mode)?;
        v.visit("features", &mut self.features)?;
        v.visit("debug", &mut self.debug)?;
        v.visit("link", &mut self.link)?;
        v.visit("speed", &mut self.speed)
    }
}

impl Nic for Nic2 {
    fn set(&mut self, m: &Meaning) {
        let &Meaning { control: ctl, features, debug, head, tail, speed, link, .. } = m;
        let (rx_head, rx_tail, mode) = (head, tail, m.mode());
        *self = Nic2 { ctl, rx_head, rx_tail, mode, features, debug, link, speed };
    }

    fn get(&self, m: &mut Meaning) {
        (m.control, m.features, m.debug) = (self.ctl, self.features, self.debug);
        (m.head, m.tail, m.speed, m.link) = (self.rx_head, self.rx_tail, self.speed, self.link);
        m.set_mode(self.mode);
    }
}

/// Releases 3 to 7: a better name and wider numbers; without `debug`; modes as bits; the link on a chip of its own; with
/// `coalescing`.
#[derive(Default)]
struct Nic3<const RELEASE: u32> {
    control: u32,
    rx_head: u32,
    rx_tail: u32,
    mode: u8,
    features: u32,
    debug: u32,
    coalescing: u32,
    link: bool,
    speed: u16,
}

impl<const RELEASE: u32> Visit for Nic3<RELEASE> {
    fn visit(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("control", &mut self.control)?;
        v.visit("rx_head", &mut self.rx_head)?;
        v.visit("rx_tail", &mut self.rx_tail)?;
        v.visit("mode", &mut self.mode)?;
        v.visit("features", &mut self.features)?;
        if RELEASE < 4 {
            v.visit("debug", &mut self.debug)?;
        }
        if RELEASE >= 7 {
            v.mark(Marks::ANCILLARY)?;
            v.visit_or("coalescing", &mut self.coalescing, COALESCING)?;
        }
        match RELEASE {
            ..6 => self.link(v),
            _ => Ok(()),
        }
    }
}

impl<const RELEASE: u32> Nic3<RELEASE> {
    fn link(&mut self, v: &mut Visitor<'_>) -> Result<()> {
        v.visit("link", &mut self.link)?;
        v.visit("speed", &mut self.speed)
    }
}

impl<const RELEASE: u32> Nic for Nic3<RELEASE> {
    fn set(&mut self, m: &Meaning) {
        let &Meaning { control, features, debug, coalescing, head, tail, speed, link, .. } = m;
        let (rx_head, rx_tail) = (u32::from(head), u32::from(tail));
        let mode = if RELEASE < 5 { m.mode() } else { m.bits() };
        *self = Nic3 { control, rx_head, rx_tail, mode, features, debug, coalescing, link, speed };
    }

    fn get(&self, m: &mut Meaning) {
        (m.control, m.features, m.debug) = (self.control, self.features, self.debug);
        (m.head, m.tail) = (self.rx_head as u16, self.rx_tail as u16);
        (m.speed, m.link) = (self.speed, self.link);
        if RELEASE >= 7 {
            m.coalescing = self.coalescing;
        }
        match RELEASE {
            ..5 => m.set_mode(self.mode),
            _ => m.set_bits(self.mode),
        }
    }
}

fn board<N: Visit>(
    v: &mut Visitor<'_>,
    release: u32,
    nic: &mut N,
    phy: Option<fn(&mut N, &mut Visitor<'_>) -> Result<()>>,
    ticks: &mut u32,
) -> Result<()> {
    v.device("nic", 0, Versions::only(release), |v| nic.visit(v))?;
    if let Some(phy) = phy {
        v.device("phy", 0, Versions::only(1), |v| phy(nic, v))?;
    }
    v.device("timer", 0, Versions::only(1), |v| v.visit("ticks", ticks))?;
    v.finish()
}

type Phy<N> = Option<fn(&mut N, &mut Visitor<'_>) -> Result<()>>;

fn save_as<N: Nic>(tree: &mut Tree<'_>, release: u32, phy: Phy<N>, m: &Meaning) -> Result<()> {
    let (mut nic, mut ticks) = (N::default(), m.ticks);
    nic.set(m);
    let (mut builder, mut track) = (Builder::new(tree), Track::new());
    board(&mut Visitor::saving(&mut builder, &mut track), release, &mut nic, phy, &mut ticks)
}

fn load_as<N: Nic>(tree: &mut Tree<'_>, release: u32, phy: Phy<N>) -> Result<Meaning> {
    let (mut nic, mut meaning) = (N::default(), Meaning::default());
    let (mut decoder, mut track) = (TreeDecoder::new(tree), Track::new());
    let mut v = Visitor::loading(&mut decoder, &mut track);
    board(&mut v, release, &mut nic, phy, &mut meaning.ticks)?;
    nic.get(&mut meaning);
    Ok(meaning)
}

/// The program of a release saves this state.
pub fn save(tree: &mut Tree<'_>, release: u32, meaning: &Meaning) -> Result<()> {
    match release {
        1 => save_as::<Nic1>(tree, release, None, meaning),
        2 => save_as::<Nic2>(tree, release, None, meaning),
        3 => save_as::<Nic3<3>>(tree, release, None, meaning),
        4 => save_as::<Nic3<4>>(tree, release, None, meaning),
        5 => save_as::<Nic3<5>>(tree, release, None, meaning),
        6 => save_as::<Nic3<6>>(tree, release, Some(Nic3::link), meaning),
        _ => save_as::<Nic3<7>>(tree, release, Some(Nic3::link), meaning),
    }
}

/// The program of a release loads a state, and says what it means.
pub fn load(tree: &mut Tree<'_>, release: u32) -> Result<Meaning> {
    match release {
        1 => load_as::<Nic1>(tree, release, None),
        2 => load_as::<Nic2>(tree, release, None),
        3 => load_as::<Nic3<3>>(tree, release, None),
        4 => load_as::<Nic3<4>>(tree, release, None),
        5 => load_as::<Nic3<5>>(tree, release, None),
        6 => load_as::<Nic3<6>>(tree, release, Some(Nic3::link)),
        _ => load_as::<Nic3<7>>(tree, release, Some(Nic3::link)),
    }
}
