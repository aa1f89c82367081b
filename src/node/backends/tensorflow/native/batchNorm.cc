// Batch normalization of [.., c] with the activation after it, forward and backward: two passes over memory each.
#include "lines.h"

namespace nnopt {
namespace {

// Float sums over so many lines go into double.
constexpr int64_t kFlushLines = 256;
struct Sums {
  std::vector<double> first, second;  // by channel
};

// Two sums over rows of vectors: term(x, dy, column, first, second) adds to the last two.
template <typename T, typename Term>
void addLines(const T* x, const T* dy, int64_t count, int64_t width, Floats& first, Floats& second, const Term& term) {
  int64_t line = 0;
  for (; line + 4 <= count; line += 4) {
    const T* xs = x + line * width;
    const T* dys = dy + line * width;
    for (int64_t j = 0; j < width; j += kLanes) {
      Vector a = load(&first[j]), b = load(&second[j]);
      for (int64_t i = 0; i < 4; i++) term(load(xs + i * width + j), load(dys + i * width + j), j, a, b);
      store(&first[j], a), store(&second[j], b);
    }
  }
  for (; line < count; line++) {
    for (int64_t j = 0; j < width; j += kLanes) {
      Vector a = load(&first[j]), b = load(&second[j]);
      term(load(x + line * width + j), load(dy + line * width + j), j, a, b);
      store(&first[j], a), store(&second[j], b);
    }
  }
}

void flush(const Lines& lines, Floats& from, std::vector<double>& to) {
  for (int64_t j = 0; j < lines.width; j++) to[j % lines.channels] += from[j];
  std::fill(from.begin(), from.end(), 0.0f);
}

template <typename T, typename Term>
Sums sumLines(const Lines& lines, const T* x, const T* dy, const Floats& lastX, const Floats& lastDy, const Term& term) {
  std::vector<Sums> parts(threadCount());
  parallel(lines.count, lines.grain(), [&](int64_t begin, int64_t end, int thread) {
    Sums sums{std::vector<double>(lines.channels), std::vector<double>(lines.channels)};
    Floats first(lines.width), second(lines.width);
    for (int64_t block = begin; block < end; block += kFlushLines) {
      addLines(x + block * lines.width, dy + block * lines.width, std::min(end - block, kFlushLines), lines.width, first, second, term);
      flush(lines, first, sums.first), flush(lines, second, sums.second);
    }
    parts[thread] = std::move(sums);
  });
  Sums total{std::vector<double>(lines.channels), std::vector<double>(lines.channels)};
  Floats first(lines.width), second(lines.width);
  if (lines.rest > 0) addLines(lastX.data(), lastDy.data(), 1, lines.width, first, second, term);
  flush(lines, first, total.first), flush(lines, second, total.second);
  for (const Sums& part : parts) {
    for (size_t c = 0; c < part.first.size(); c++) total.first[c] += part.first[c], total.second[c] += part.second[c];
  }
  return total;
}

struct Attributes {
  float epsilon;
  int64_t activation;
};

void* create(TF_OpKernelConstruction* construction) {
  return new Attributes{floatAttribute(construction, "epsilon"), integerAttribute(construction, "activation")};
}

template <typename Body>
void withActivation(int64_t activation, const Body& body) {
  if (activation == kRelu6) return body(std::integral_constant<int, kRelu6>());
  if (activation == kRelu) return body(std::integral_constant<int, kRelu>());
  body(std::integral_constant<int, kNone>());
}

// x, scale, shift -> y, mean, variance (unbiased, for running statistics), inverse deviation.
template <typename T>
void forward(void* attributes, TF_OpKernelContext* context) {
  const auto& [epsilon, activation] = *static_cast<Attributes*>(attributes);
  const Input x(context, 0), scale(context, 1), shift(context, 2);
  const int64_t channels = x.last();
  const Lines lines = linesOf(x.size(), channels);
  const double count = static_cast<double>(x.size()) / channels;
  T* y = static_cast<T*>(outputOf(context, 0, x.shape(), typeOf<T>()));
  float* mean = output(context, 1, {channels});
  float* variance = output(context, 2, {channels});
  float* inverse = output(context, 3, {channels});
  if (y == nullptr || mean == nullptr || variance == nullptr || inverse == nullptr) return;

  // Differences from the first row: sums of squares keep their digits where the mean is far from zero.
  const Floats pivot = repeat(floatsOf(x.values<T>(), channels).data(), lines);
  const Floats last = lastLine(x.values<T>(), lines, pivot);
  const Sums sums = sumLines(lines, x.values<T>(), x.values<T>(), last, last, [&](Vector v, Vector, int64_t j, Vector& a, Vector& b) {
    const Vector difference = v - load(&pivot[j]);
    a += difference, b += difference * difference;
  });
  Floats factor(channels), offset(channels);
  const double unbiased = count / std::max(1.0, count - 1);
  for (int64_t c = 0; c < channels; c++) {
    const double shifted = sums.first[c] / count;
    mean[c] = static_cast<float>(pivot[c] + shifted);
    const double biased = std::max(0.0, sums.second[c] / count - shifted * shifted);
    variance[c] = static_cast<float>(biased * unbiased);
    inverse[c] = 1.0f / std::sqrt(static_cast<float>(biased) + epsilon);
    factor[c] = scale.floats()[c] * inverse[c];
    offset[c] = shift.floats()[c] - mean[c] * factor[c];
  }
  const Floats factors = repeat(factor.data(), lines), offsets = repeat(offset.data(), lines);
  withActivation(activation, [&](auto kind) {
    mapLines(lines, x.values<T>(), x.values<T>(), y, [&](Vector v, Vector, int64_t j) { return activate<kind>(v * load(&factors[j]) + load(&offsets[j])); });
  });
}

// dy, x, scale, shift, mean, inverse -> dx, dScale, dShift; the activation's input is computed again from x.
template <typename T>
void backward(void* attributes, TF_OpKernelContext* context) {
  const int64_t activation = static_cast<Attributes*>(attributes)->activation;
  const Input dy(context, 0), x(context, 1), scale(context, 2), shift(context, 3), mean(context, 4), inverse(context, 5);
  const int64_t channels = x.last();
  const Lines lines = linesOf(x.size(), channels);
  const double count = static_cast<double>(x.size()) / channels;
  T* dx = static_cast<T*>(outputOf(context, 0, x.shape(), typeOf<T>()));
  float* dScale = output(context, 1, {channels});
  float* dShift = output(context, 2, {channels});
  if (dx == nullptr || dScale == nullptr || dShift == nullptr) return;

  Floats factor(channels), offset(channels);
  for (int64_t c = 0; c < channels; c++) {
    factor[c] = scale.floats()[c] * inverse.floats()[c];
    offset[c] = shift.floats()[c] - mean.floats()[c] * factor[c];
  }
  const Floats factors = repeat(factor.data(), lines), offsets = repeat(offset.data(), lines), means = repeat(mean.floats(), lines);
  const Floats lastX = lastLine(x.values<T>(), lines, means), lastDy = lastLine(dy.values<T>(), lines, Floats(lines.width));
  withActivation(activation, [&](auto kind) {
    const Sums sums = sumLines(lines, x.values<T>(), dy.values<T>(), lastX, lastDy, [&](Vector v, Vector d, int64_t j, Vector& a, Vector& b) {
      const Vector g = gate<kind>(d, v * load(&factors[j]) + load(&offsets[j]));
      a += g, b += g * (v - load(&means[j]));
    });
    // dx = factor · (g − mean(g) − (x − mean) · inverse² · mean(g · (x − mean))), Ioffe and Szegedy 2015.
    Floats slope(channels), level(channels);
    for (int64_t c = 0; c < channels; c++) {
      const double inv = inverse.floats()[c];
      dShift[c] = static_cast<float>(sums.first[c]);
      dScale[c] = static_cast<float>(sums.second[c] * inv);
      slope[c] = static_cast<float>(-factor[c] * inv * inv * sums.second[c] / count);
      level[c] = static_cast<float>(-factor[c] * sums.first[c] / count);
    }
    const Floats slopes = repeat(slope.data(), lines), levels = repeat(level.data(), lines);
    mapLines(lines, x.values<T>(), dy.values<T>(), dx, [&](Vector v, Vector d, int64_t j) {
      const Vector f = load(&factors[j]);
      const Vector g = gate<kind>(d, v * f + load(&offsets[j]));
      return f * g + (v - load(&means[j])) * load(&slopes[j]) + load(&levels[j]);
    });
  });
}

}  // namespace

void registerBatchNorm() {
  registerOperation("NNOptBatchNorm", {"x: T", "scale: float", "shift: float"},
                    {"y: T", "mean: float", "variance: float", "inverse: float"}, {"epsilon: float", "activation: int"},
                    create, forward<float>, forward<Bfloat>, destroy<Attributes>);
  registerOperation("NNOptBatchNormGradient", {"dy: T", "x: T", "scale: float", "shift: float", "mean: float", "inverse: float"},
                    {"dx: T", "dscale: float", "dshift: float"}, {"epsilon: float", "activation: int"},
                    create, backward<float>, backward<Bfloat>, destroy<Attributes>);
}

}  // namespace nnopt
