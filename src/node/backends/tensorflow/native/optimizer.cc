// Updates of flat parameter vectors in one pass over memory. Numbers that change from step to step come in a tensor: attributes would make a new kernel of each.
#include <algorithm>
#include <array>
#include "kernel.h"

namespace nnopt {
namespace {

constexpr int64_t kGrain = 16384;

template <size_t count>
struct Vectors {
  Vector at[count];
  Vector& operator[](size_t i) { return at[i]; }
  const Vector& operator[](size_t i) const { return at[i]; }
};

// outputs = step(inputs), a vector at a time.
template <size_t inputs, size_t outputs, typename Step>
void mapVectors(int64_t size, const std::array<const float*, inputs>& from, const std::array<float*, outputs>& to, const Step& step) {
  const auto map = [&](int64_t at) {
    Vectors<inputs> values;
    for (size_t i = 0; i < inputs; i++) values[i] = load(from[i] + at);
    const Vectors<outputs> results = step(values);
    for (size_t i = 0; i < outputs; i++) store(to[i] + at, results[i]);
  };
  const int64_t whole = size / kLanes;
  parallel(whole, kGrain / kLanes, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; i++) map(i * kLanes);
  });
  const int64_t done = whole * kLanes;
  if (done == size) return;
  Vectors<inputs> values = {};
  for (size_t i = 0; i < inputs; i++) std::copy(from[i] + done, from[i] + size, reinterpret_cast<float*>(&values[i]));
  const Vectors<outputs> results = step(values);
  for (size_t i = 0; i < outputs; i++) std::copy_n(reinterpret_cast<const float*>(&results[i]), size - done, to[i] + done);
}

inline Vector squareRoot(Vector v) {
  for (int i = 0; i < kLanes; i++) v[i] = std::sqrt(v[i]);
  return v;
}

// parameters, gradients, velocity, decay, [rate, momentum, nesterov] -> parameters, velocity
void sgd(void*, TF_OpKernelContext* context) {
  const Input parameters(context, 0), gradients(context, 1), velocity(context, 2), decay(context, 3), settings(context, 4);
  const int64_t size = parameters.size();
  float* nextParameters = output(context, 0, {size});
  float* nextVelocity = output(context, 1, {size});
  if (nextParameters == nullptr || nextVelocity == nullptr) return;
  const float rate = settings.floats()[0], momentum = settings.floats()[1];
  const bool nesterov = settings.floats()[2] != 0.0f;
  mapVectors<4, 2>(size, {parameters.floats(), gradients.floats(), velocity.floats(), decay.floats()}, {nextParameters, nextVelocity},
                   [&](const Vectors<4>& in) -> Vectors<2> {
    const Vector gradient = in[1] + in[0] * in[3];
    const Vector moved = in[2] * momentum + gradient;
    const Vector direction = nesterov ? gradient + moved * momentum : moved;
    return {{in[0] - direction * rate, moved}};
  });
}

// parameters, gradients, mean, square, decay, [step size, 1 / root of the correction, beta1, 1 - beta1, beta2, 1 - beta2,
// epsilon, coupled, decoupled] -> parameters, mean, square
void adam(void*, TF_OpKernelContext* context) {
  const Input parameters(context, 0), gradients(context, 1), mean(context, 2), square(context, 3), decay(context, 4), settings(context, 5);
  const int64_t size = parameters.size();
  float* nextParameters = output(context, 0, {size});
  float* nextMean = output(context, 1, {size});
  float* nextSquare = output(context, 2, {size});
  if (nextParameters == nullptr || nextMean == nullptr || nextSquare == nullptr) return;
  const float* s = settings.floats();
  const float stepSize = s[0], inverseRoot = s[1], beta1 = s[2], rest1 = s[3], beta2 = s[4], rest2 = s[5], epsilon = s[6], coupled = s[7], decoupled = s[8];
  mapVectors<5, 3>(size, {parameters.floats(), gradients.floats(), mean.floats(), square.floats(), decay.floats()}, {nextParameters, nextMean, nextSquare},
                   [&](const Vectors<5>& in) -> Vectors<3> {
    const Vector decayed = in[0] * in[4];
    const Vector gradient = in[1] + decayed * coupled;
    const Vector first = in[2] * beta1 + gradient * rest1;
    const Vector second = in[3] * beta2 + gradient * gradient * rest2;
    const Vector moved = in[0] - decayed * decoupled - first / (squareRoot(second) * inverseRoot + epsilon) * stepSize;
    return {{moved, first, second}};
  });
}

}  // namespace

void registerOptimizers() {
  registerOperation("NNOptSgd", {"parameters: float", "gradients: float", "velocity: float", "decay: float", "settings: float"},
                    {"next_parameters: float", "next_velocity: float"}, {}, nullptr, sgd, nullptr);
  registerOperation("NNOptAdam", {"parameters: float", "gradients: float", "mean: float", "square: float", "decay: float", "settings: float"},
                    {"next_parameters: float", "next_mean: float", "next_square: float"}, {}, nullptr, adam, nullptr);
}

}  // namespace nnopt
