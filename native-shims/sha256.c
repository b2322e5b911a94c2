/* SHA-256 (FIPS 180-4) over up to four inputs at a time, by the processor's SHA instructions: they wait for each other
 * within one input, so one input leaves most of the unit idle. README.md says why this is here. */
#include <stddef.h>
#include <stdint.h>

#define LVB_EXPORT __attribute__((visibility("default")))
#define MOST_LANES 4

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define SHA_TARGET __attribute__((target("sha,sse4.1")))

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The instructions keep the state as (a b e f) and (c d g h), the first named word highest. */
SHA_TARGET static inline void load_state(const uint32_t state[8], __m128i *abef, __m128i *cdgh)
{
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
    __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state + 1), 0x1b);

    *abef = _mm_alignr_epi8(badc, hgfe, 8);
    *cdgh = _mm_blend_epi16(hgfe, badc, 0xf0);
}

SHA_TARGET static inline void store_state(uint32_t state[8], __m128i abef, __m128i cdgh)
{
    __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);

    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128((__m128i *)state + 1, _mm_alignr_epi8(dchg, feba, 8));
}

/* Made for each number of lanes by the calls below, with the loops over them unrolled. */
__attribute__((always_inline)) SHA_TARGET static inline void add_blocks(
    const int lanes, uint32_t (*states)[8], const uint8_t *const *inputs, size_t blocks)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i abef[MOST_LANES], cdgh[MOST_LANES];

    for (int l = 0; l < lanes; l++)
        load_state(states[l], &abef[l], &cdgh[l]);
    for (size_t block = 0; block < blocks; block++) {
        __m128i words[MOST_LANES][4], x[MOST_LANES], y[MOST_LANES];

        for (int l = 0; l < lanes; l++) {
            const __m128i *from = (const __m128i *)(inputs[l] + 64 * block);

            x[l] = abef[l];
            y[l] = cdgh[l];
            for (int i = 0; i < 4; i++)
                words[l][i] = _mm_shuffle_epi8(_mm_loadu_si128(from + i), big_endian);
        }
#pragma GCC unroll 16
        for (int r = 0; r < 16; r++) {
            const __m128i constants = _mm_loadu_si128((const __m128i *)round_constants + r);
#pragma GCC unroll 4
            for (int l = 0; l < lanes; l++) {
                __m128i sum = _mm_add_epi32(words[l][r & 3], constants);

                y[l] = _mm_sha256rnds2_epu32(y[l], x[l], sum);
                x[l] = _mm_sha256rnds2_epu32(x[l], y[l], _mm_shuffle_epi32(sum, 0x0e));
            }
            if (r >= 12)
                continue; /* the words of the last rounds are there already */
#pragma GCC unroll 4
            for (int l = 0; l < lanes; l++) {
                __m128i *w = words[l];
                __m128i next = _mm_sha256msg1_epu32(w[r & 3], w[(r + 1) & 3]);

                next = _mm_add_epi32(next, _mm_alignr_epi8(w[(r + 3) & 3], w[(r + 2) & 3], 4));
                w[r & 3] = _mm_sha256msg2_epu32(next, w[(r + 3) & 3]);
            }
        }
        for (int l = 0; l < lanes; l++) {
            abef[l] = _mm_add_epi32(abef[l], x[l]);
            cdgh[l] = _mm_add_epi32(cdgh[l], y[l]);
        }
    }
    for (int l = 0; l < lanes; l++)
        store_state(states[l], abef[l], cdgh[l]);
}

SHA_TARGET static void add_to_1(uint32_t (*s)[8], const uint8_t *const *in, size_t n) { add_blocks(1, s, in, n); }
SHA_TARGET static void add_to_2(uint32_t (*s)[8], const uint8_t *const *in, size_t n) { add_blocks(2, s, in, n); }
SHA_TARGET static void add_to_3(uint32_t (*s)[8], const uint8_t *const *in, size_t n) { add_blocks(3, s, in, n); }
SHA_TARGET static void add_to_4(uint32_t (*s)[8], const uint8_t *const *in, size_t n) { add_blocks(4, s, in, n); }

LVB_EXPORT int lvb_sha256_lanes(void)
{
    unsigned eax, ebx, ecx, edx;

    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_SSE4_1) || !(ecx & bit_SSSE3))
        return 0;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & bit_SHA) ? MOST_LANES : 0;
}

LVB_EXPORT void lvb_sha256_add(int32_t lanes, uint32_t (*states)[8], const uint8_t *const *inputs, size_t blocks)
{
    static void (*const add[])(uint32_t (*)[8], const uint8_t *const *, size_t) = {
        add_to_1, add_to_2, add_to_3, add_to_4,
    };

    add[lanes - 1](states, inputs, blocks);
}
#else
LVB_EXPORT int lvb_sha256_lanes(void)
{
    return 0;
}

LVB_EXPORT void lvb_sha256_add(int32_t lanes, uint32_t (*states)[8], const uint8_t *const *inputs, size_t blocks)
{
    (void)lanes, (void)states, (void)inputs, (void)blocks;
}
#endif
