// ReLU, ReLU6 and their gradients from the output.
#include "lines.h"

namespace nnopt {
namespace {

void* createActivation(TF_OpKernelConstruction* construction) { return new int64_t(integerAttribute(construction, "activation")); }

template <typename Map>
void mapAll(int64_t size, const float* a, const float* b, float* y, const Map& map) {
  parallel(size / kLanes, kGrainElements / kLanes, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * kLanes; i < end * kLanes; i += kLanes) stream(y + i, map(load(a + i), load(b + i)));
  });
  const int64_t done = size / kLanes * kLanes;
  for (int64_t i = done; i < size; i++) y[i] = map(splat(a[i]), splat(b[i]))[0];
}

void activation(void* attributes, TF_OpKernelContext* context) {
  const Input x(context, 0);
  float* y = output(context, 0, x.shape());
  if (y == nullptr) return;
  const bool six = *static_cast<int64_t*>(attributes) == kRelu6;
  if (six) mapAll(x.size(), x.floats(), x.floats(), y, [](Vector v, Vector) { return activate<kRelu6>(v); });
  else mapAll(x.size(), x.floats(), x.floats(), y, [](Vector v, Vector) { return activate<kRelu>(v); });
}

void activationGradient(void* attributes, TF_OpKernelContext* context) {
  const Input dy(context, 0), y(context, 1);
  float* dx = output(context, 0, y.shape());
  if (dx == nullptr) return;
  const bool six = *static_cast<int64_t*>(attributes) == kRelu6;
  if (six) mapAll(y.size(), dy.floats(), y.floats(), dx, [](Vector d, Vector v) { return gate<kRelu6>(d, v); });
  else mapAll(y.size(), dy.floats(), y.floats(), dx, [](Vector d, Vector v) { return gate<kRelu>(d, v); });
}

}  // namespace

void registerActivation() {
  registerOperation("NNOptActivation", {"x: float"}, {"y: float"}, {"activation: int"}, createActivation, activation, destroy<int64_t>);
  registerOperation("NNOptActivationGradient", {"dy: float", "y: float"}, {"dx: float"}, {"activation: int"}, createActivation, activationGradient, destroy<int64_t>);
}

}  // namespace nnopt
