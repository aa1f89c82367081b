// Convolution of NHWC tensors with a filter [1, 1, c, o] and its gradients, as products of matrices without a change of shape.
#include "gemm.h"
#include "gemmBfloat.h"

namespace nnopt {
namespace {

int64_t rowsOf(const Input& x) { return x.size() / x.last(); }

std::vector<int64_t> withLast(const Input& x, int64_t last) {
  std::vector<int64_t> shape = x.shape();
  shape.back() = last;
  return shape;
}

// x [.., c], filter -> y [.., o]
template <typename T>
void forward(void*, TF_OpKernelContext* context) {
  const Input x(context, 0), filter(context, 1);
  const int64_t c = x.last(), o = filter.last();
  T* y = static_cast<T*>(outputOf(context, 0, withLast(x, o), typeOf<T>()));
  if (y != nullptr) multiplyTall(x.values<T>(), filter.values<T>(), false, y, rowsOf(x), c, o);
}

// dy [.., o], filter -> dx [.., c]
template <typename T>
void inputGradient(void*, TF_OpKernelContext* context) {
  const Input dy(context, 0), filter(context, 1);
  const int64_t o = dy.last(), c = filter.size() / o;
  T* dx = static_cast<T*>(outputOf(context, 0, withLast(dy, c), typeOf<T>()));
  if (dx != nullptr) multiplyTall(dy.values<T>(), filter.values<T>(), true, dx, rowsOf(dy), o, c);
}

// x, dy -> dfilter, which is float for both types: it goes into a sum of float.
template <typename T>
void filterGradient(void*, TF_OpKernelContext* context) {
  const Input x(context, 0), dy(context, 1);
  const int64_t c = x.last(), o = dy.last();
  float* dfilter = output(context, 0, {1, 1, c, o});
  if (dfilter != nullptr) multiplyTransposed(x.values<T>(), dy.values<T>(), dfilter, rowsOf(x), c, o);
}

}  // namespace

void registerPointwise() {
  registerOperation("NNOptPointwise", {"x: T", "filter: T"}, {"y: T"}, {}, nullptr, forward<float>, forward<Bfloat>, nullptr);
  registerOperation("NNOptPointwiseInputGradient", {"dy: T", "filter: T"}, {"dx: T"}, {}, nullptr, inputGradient<float>, inputGradient<Bfloat>, nullptr);
  registerOperation("NNOptPointwiseFilterGradient", {"x: T", "dy: T"}, {"dfilter: float"}, {}, nullptr, filterGradient<float>, filterGradient<Bfloat>, nullptr);
}

}  // namespace nnopt
