// ReLU, ReLU6 and their gradients from the output.
#include "lines.h"

namespace nnopt {
namespace {

void* createActivation(TF_OpKernelConstruction* construction) { return new int64_t(integerAttribute(construction, "activation")); }

template <typename T, typename Map>
void mapAll(int64_t size, const T* a, const T* b, T* y, const Map& map) {
  shareOut(size / kLanes, kGrainElements / kLanes, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * kLanes; i < end * kLanes; i += kLanes) stream(y + i, map(load(a + i), load(b + i)));
  });
  const int64_t done = size / kLanes * kLanes;
  for (int64_t i = done; i < size; i++) put(y + i, map(splat(toFloat(a[i])), splat(toFloat(b[i])))[0]);
}

template <typename T>
void activation(void* attributes, TF_OpKernelContext* context) {
  const Input x(context, 0);
  T* y = static_cast<T*>(outputOf(context, 0, x.shape(), typeOf<T>()));
  if (y == nullptr) return;
  const bool six = *static_cast<int64_t*>(attributes) == kRelu6;
  if (six) mapAll(x.size(), x.values<T>(), x.values<T>(), y, [](Vector v, Vector) { return activate<kRelu6>(v); });
  else mapAll(x.size(), x.values<T>(), x.values<T>(), y, [](Vector v, Vector) { return activate<kRelu>(v); });
}

template <typename T>
void activationGradient(void* attributes, TF_OpKernelContext* context) {
  const Input dy(context, 0), y(context, 1);
  T* dx = static_cast<T*>(outputOf(context, 0, y.shape(), typeOf<T>()));
  if (dx == nullptr) return;
  const bool six = *static_cast<int64_t*>(attributes) == kRelu6;
  if (six) mapAll(y.size(), dy.values<T>(), y.values<T>(), dx, [](Vector d, Vector v) { return gate<kRelu6>(d, v); });
  else mapAll(y.size(), dy.values<T>(), y.values<T>(), dx, [](Vector d, Vector v) { return gate<kRelu>(d, v); });
}

template <int kind, typename T>
void addBias(const Input& x, const Input& bias, T* y) {
  const Lines lines = linesOf(x.size(), x.last());
  const Floats biases = repeat(floatsOf(bias.values<T>(), x.last()).data(), lines);
  mapLines(lines, x.values<T>(), x.values<T>(), y, [&](Vector v, Vector, int64_t j) { return activate<kind>(v + load(&biases[j])); });
}

// x [.., c], bias [c] -> the activation of their sum
template <typename T>
void biasActivation(void* attributes, TF_OpKernelContext* context) {
  const Input x(context, 0), bias(context, 1);
  T* y = static_cast<T*>(outputOf(context, 0, x.shape(), typeOf<T>()));
  if (y == nullptr) return;
  const int64_t kind = *static_cast<int64_t*>(attributes);
  (kind == kRelu6 ? addBias<kRelu6, T> : kind == kRelu ? addBias<kRelu, T> : addBias<kNone, T>)(x, bias, y);
}

}  // namespace

void registerActivation() {
  registerOperation("NNOptBiasActivation", {"x: T", "bias: T"}, {"y: T"}, {"activation: int"}, createActivation, biasActivation<float>, biasActivation<Bfloat>, destroy<int64_t>);
  registerOperation("NNOptActivation", {"x: T"}, {"y: T"}, {"activation: int"}, createActivation, activation<float>, activation<Bfloat>, destroy<int64_t>);
  registerOperation("NNOptActivationGradient", {"dy: T", "y: T"}, {"dx: T"}, {"activation: int"}, createActivation, activationGradient<float>, activationGradient<Bfloat>, destroy<int64_t>);
}

}  // namespace nnopt
