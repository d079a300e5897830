/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate/check.h - the types of members, compared while a table is compiled.
 *
 * Part of migcore_vmstate.h. Compilers that know `__typeof__` or `_Generic`, and those of C++, compare types; others
 * compare sizes, which is less: they take an int32_t for a uint32_t.
 */
#ifndef MIGCORE_VMSTATE_CHECK_H
#define MIGCORE_VMSTATE_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* Of the member of an object that nobody has: only its type and its size are asked for. */
#ifdef __cplusplus
#define MIGCORE_VMSTATE_MEMBER_(type, member) (static_cast<type *>(nullptr)->member)
#else
#define MIGCORE_VMSTATE_MEMBER_(type, member) (((type *)0)->member)
#endif

/* HAS_: the member is of this type, which is no array.
 * HAS_ARRAY_: it is an array of these dimensions, as `[4]` or `[2][8]`, of elements of this type.
 * REQUIRE_: 0, and an error where the condition does not hold. */
#if defined(__cplusplus)

#include <type_traits>

extern "C++" {
template <bool IsOfTheType> struct migcore_vmstate_requires {
    static_assert(IsOfTheType, "the member is of another type than this macro takes");
    enum { nothing = 0 };
};
template <typename Member, typename Wanted> constexpr bool migcore_vmstate_has()
{
    return std::is_same<typename std::remove_cv<typename std::remove_reference<Member>::type>::type, Wanted>::value;
}
}

#define MIGCORE_VMSTATE_HAS_(type, member, wanted) \
    (migcore_vmstate_has<decltype(MIGCORE_VMSTATE_MEMBER_(type, member)), wanted>())
#define MIGCORE_VMSTATE_HAS_ARRAY_(type, member, wanted, dimensions) \
    (migcore_vmstate_has<decltype(MIGCORE_VMSTATE_MEMBER_(type, member)), wanted dimensions>())
#define MIGCORE_VMSTATE_REQUIRE_(condition) (migcore_vmstate_requires<(condition)>::nothing)

#elif defined(__GNUC__)

#define MIGCORE_VMSTATE_HAS_(type, member, wanted) \
    __builtin_types_compatible_p(__typeof__(MIGCORE_VMSTATE_MEMBER_(type, member)), wanted)
#define MIGCORE_VMSTATE_HAS_ARRAY_(type, member, wanted, dimensions) \
    __builtin_types_compatible_p(__typeof__(MIGCORE_VMSTATE_MEMBER_(type, member)), wanted dimensions)

#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L

#define MIGCORE_VMSTATE_HAS_(type, member, wanted) \
    _Generic(&MIGCORE_VMSTATE_MEMBER_(type, member), wanted *: 1, wanted const *: 1, default: 0)
#define MIGCORE_VMSTATE_HAS_ARRAY_(type, member, wanted, dimensions) \
    _Generic(&MIGCORE_VMSTATE_MEMBER_(type, member), wanted(*) dimensions: 1, wanted const(*) dimensions: 1, default: 0)

#else

#define MIGCORE_VMSTATE_HAS_(type, member, wanted) (sizeof(MIGCORE_VMSTATE_MEMBER_(type, member)) == sizeof(wanted))
#define MIGCORE_VMSTATE_HAS_ARRAY_(type, member, wanted, dimensions) \
    (sizeof(MIGCORE_VMSTATE_MEMBER_(type, member)) == sizeof(wanted dimensions))

#endif

#ifndef __cplusplus
#define MIGCORE_VMSTATE_REQUIRE_(condition) \
    (0 * sizeof(struct { int the_member_is_of_another_type : (condition) ? 1 : -1; }))
#endif

/* How many elements of a type an array that is a member has room for. */
#define MIGCORE_VMSTATE_ROOM_(type, member, wanted) (sizeof(MIGCORE_VMSTATE_MEMBER_(type, member)) / (sizeof(wanted)))

/* An array of any length, of elements of this type. */
#define MIGCORE_VMSTATE_HAS_ROOM_(type, member, wanted) \
    MIGCORE_VMSTATE_HAS_ARRAY_(type, member, wanted, [MIGCORE_VMSTATE_ROOM_(type, member, wanted)])

/* What may say how many there are: a signed one only where it is of 32 bits. */
#define MIGCORE_VMSTATE_COUNTS_(type, member) \
    (MIGCORE_VMSTATE_HAS_(type, member, uint8_t) || MIGCORE_VMSTATE_HAS_(type, member, uint16_t) || \
     MIGCORE_VMSTATE_HAS_(type, member, uint32_t) || MIGCORE_VMSTATE_HAS_(type, member, int32_t) || \
     MIGCORE_VMSTATE_HAS_(type, member, uint64_t) || MIGCORE_VMSTATE_HAS_(type, member, size_t))

/* What may be a buffer. */
#define MIGCORE_VMSTATE_HAS_BYTES_(type, member) \
    (MIGCORE_VMSTATE_HAS_ROOM_(type, member, uint8_t) || MIGCORE_VMSTATE_HAS_ROOM_(type, member, char))

/* What may lead to one. */
#define MIGCORE_VMSTATE_LEADS_TO_BYTES_(type, member) \
    (MIGCORE_VMSTATE_HAS_(type, member, void *) || MIGCORE_VMSTATE_HAS_(type, member, uint8_t *) || \
     MIGCORE_VMSTATE_HAS_(type, member, char *))

/* The offset of a member for which the condition holds. */
#define MIGCORE_VMSTATE_AT_(type, member, condition) (offsetof(type, member) + MIGCORE_VMSTATE_REQUIRE_(condition))

#endif
