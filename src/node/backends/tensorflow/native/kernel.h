// Operations for TensorFlow through its C interface: what the files of this folder share.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <vector>
#if defined(__AVX__)
#include <immintrin.h>
#endif
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"

namespace nnopt {

// Floats in a register of the level that is compiled for. GCC turns comparisons and selections of wider vectors into scalar code.
#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

constexpr int64_t kCacheLineFloats = 16;

inline Vector load(const float* p) { return *reinterpret_cast<const Vector*>(p); }
inline void store(float* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }

// Stores what is read much later, past the caches where the address allows it: the line need not be read before it is written.
inline void stream(float* p, Vector v) {
#if defined(__AVX512F__)
  if (reinterpret_cast<uintptr_t>(p) % sizeof(Vector) == 0) return _mm512_stream_ps(p, reinterpret_cast<__m512>(v));
#elif defined(__AVX__)
  if (reinterpret_cast<uintptr_t>(p) % sizeof(Vector) == 0) return _mm256_stream_ps(p, reinterpret_cast<__m256>(v));
#endif
  store(p, v);
}

// Streamed stores are seen by other threads after this.
inline void fence() {
#if defined(__AVX__)
  _mm_sfence();
#endif
}

inline Vector splat(float value) { return Vector{} + value; }

// Runs body(begin, end) over parts of 0..count on all cores, in parts of at least `grain`.
void parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t, int)>& body);

// The same where threads take one small part after the other, so that none waits long for one that was held up. What a part computes does not depend on who computes it.
void shareOut(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body);

int threadCount();

enum Activation { kNone = 0, kRelu = 1, kRelu6 = 2 };
constexpr float kRelu6Ceiling = 6.0f;

template <int activation>
inline Vector activate(Vector v) {
  if (activation == kNone) return v;
  v = v < 0.0f ? Vector{} : v;  // In this order not-a-number passes: a diverged model must show.
  return activation == kRelu6 ? (v > kRelu6Ceiling ? splat(kRelu6Ceiling) : v) : v;
}

// dy where the activation of v lets it pass.
template <int activation>
inline Vector gate(Vector dy, Vector v) {
  if (activation == kNone) return dy;
  dy = v > 0.0f ? dy : Vector{};
  return activation == kRelu6 ? (v < kRelu6Ceiling ? dy : Vector{}) : dy;
}

class Input {
 public:
  Input(TF_OpKernelContext* context, int index);
  ~Input();
  Input(Input&& other) noexcept : tensor_(other.tensor_) { other.tensor_ = nullptr; }
  template <typename T>
  const T* values() const { return static_cast<const T*>(TF_TensorData(tensor_)); }
  const float* floats() const { return static_cast<const float*>(TF_TensorData(tensor_)); }
  const int32_t* integers() const { return static_cast<const int32_t*>(TF_TensorData(tensor_)); }
  int rank() const { return TF_NumDims(tensor_); }
  int64_t dim(int axis) const { return TF_Dim(tensor_, axis); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  int64_t last() const { return dim(rank() - 1); }
  std::vector<int64_t> shape() const;

 private:
  TF_Tensor* tensor_ = nullptr;
};

void* outputOf(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape, TF_DataType type);

inline float* output(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape) {
  return static_cast<float*>(outputOf(context, index, shape, TF_FLOAT));
}

int64_t integerAttribute(TF_OpKernelConstruction* construction, const char* name);
float floatAttribute(TF_OpKernelConstruction* construction, const char* name);
std::vector<int64_t> integersAttribute(TF_OpKernelConstruction* construction, const char* name, int count);

using Create = void* (*)(TF_OpKernelConstruction*);
using Compute = void (*)(void*, TF_OpKernelContext*);
using Delete = void (*)(void*);
using Names = std::initializer_list<const char*>;

// Declares an operation ("x: float") and its CPU kernel.
void registerOperation(const char* name, Names inputs, Names outputs, Names attributes, Create create, Compute compute, Delete destroy);

// The same with a type T, float or bfloat16, and a kernel for each ("x: T").
void registerOperation(const char* name, Names inputs, Names outputs, Names attributes, Create create, Compute floats, Compute bfloats, Delete destroy);

template <typename Attributes>
void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

void registerBatchNorm();
void registerActivation();
void registerConv();
void registerDepthwise();
void registerFakeQuant();
void registerPointwise();
void registerFlat();
void registerOptimizers();

}  // namespace nnopt
