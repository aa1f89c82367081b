// bfloat16 as it lies in memory: the upper half of a float. Kernels compute in float; what they load and store has either format.
#pragma once
#include "kernel.h"

namespace nnopt {

struct Bfloat {
  uint16_t bits;
};

typedef uint32_t Words __attribute__((vector_size(kLanes * sizeof(uint32_t)), may_alias));
typedef uint16_t Halves __attribute__((vector_size(kLanes * sizeof(uint16_t)), aligned(2), may_alias));

inline Vector load(const Bfloat* p) {
  return reinterpret_cast<Vector>(__builtin_convertvector(*reinterpret_cast<const Halves*>(p), Words) << 16);
}

// To the nearest, ties to even; not-a-number stays so.
inline Halves rounded(Vector v) {
  const Words bits = reinterpret_cast<Words>(v);
  const Words nearest = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
  return __builtin_convertvector(v == v ? nearest : quiet, Halves);
}

inline void store(Bfloat* p, Vector v) { *reinterpret_cast<Halves*>(p) = rounded(v); }

inline void stream(Bfloat* p, Vector v) {
#if defined(__AVX512F__)
  if (reinterpret_cast<uintptr_t>(p) % sizeof(Halves) == 0) return _mm256_stream_si256(reinterpret_cast<__m256i*>(p), reinterpret_cast<__m256i>(rounded(v)));
#elif defined(__AVX__)
  if (reinterpret_cast<uintptr_t>(p) % sizeof(Halves) == 0) return _mm_stream_si128(reinterpret_cast<__m128i*>(p), reinterpret_cast<__m128i>(rounded(v)));
#endif
  store(p, v);
}

inline float toFloat(float value) { return value; }
inline float toFloat(Bfloat value) {
  const uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// One number; `store` of a whole vector is the way for many.
inline void put(float* p, float value) { *p = value; }
inline void put(Bfloat* p, float value) { p->bits = rounded(splat(value))[0]; }

// `count` numbers as floats.
template <typename T>
inline std::vector<float> floatsOf(const T* values, int64_t count) {
  std::vector<float> floats(count);
  for (int64_t i = 0; i < count; i++) floats[i] = toFloat(values[i]);
  return floats;
}

template <typename T>
constexpr TF_DataType typeOf() { return sizeof(T) == sizeof(float) ? TF_FLOAT : TF_BFLOAT16; }

}  // namespace nnopt
