// Convolution of NHWC tensors with a filter [1, 1, c, o] and its gradients, as products of matrices without a change of shape.
#include "gemm.h"

namespace nnopt {
namespace {

int64_t rowsOf(const Input& x) { return x.size() / x.last(); }

std::vector<int64_t> withLast(const Input& x, int64_t last) {
  std::vector<int64_t> shape = x.shape();
  shape.back() = last;
  return shape;
}

// x [.., c], filter -> y [.., o]
void forward(void*, TF_OpKernelContext* context) {
  const Input x(context, 0), filter(context, 1);
  const int64_t c = x.last(), o = filter.last();
  float* y = output(context, 0, withLast(x, o));
  if (y != nullptr) multiplyTall(x.floats(), filter.floats(), false, y, rowsOf(x), c, o);
}

// dy [.., o], filter -> dx [.., c]
void inputGradient(void*, TF_OpKernelContext* context) {
  const Input dy(context, 0), filter(context, 1);
  const int64_t o = dy.last(), c = filter.size() / o;
  float* dx = output(context, 0, withLast(dy, c));
  if (dx != nullptr) multiplyTall(dy.floats(), filter.floats(), true, dx, rowsOf(dy), o, c);
}

// x, dy -> dfilter
void filterGradient(void*, TF_OpKernelContext* context) {
  const Input x(context, 0), dy(context, 1);
  const int64_t c = x.last(), o = dy.last();
  float* dfilter = output(context, 0, {1, 1, c, o});
  if (dfilter != nullptr) multiplyTransposed(x.floats(), dy.floats(), dfilter, rowsOf(x), c, o);
}

}  // namespace

void registerPointwise() {
  registerOperation("NNOptPointwise", {"x: float", "filter: float"}, {"y: float"}, {}, nullptr, forward, nullptr);
  registerOperation("NNOptPointwiseInputGradient", {"dy: float", "filter: float"}, {"dx: float"}, {}, nullptr, inputGradient, nullptr);
  registerOperation("NNOptPointwiseFilterGradient", {"x: float", "dy: float"}, {"dfilter: float"}, {}, nullptr, filterGradient, nullptr);
}

}  // namespace nnopt
