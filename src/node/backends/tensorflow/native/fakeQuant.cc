// Quantize and dequantize in one pass, per tensor or per channel of the last axis, and the straight-through gradient.
#include "lines.h"

namespace nnopt {
namespace {

// Adding 1.5 · 2^23 leaves no fraction bits: the sum is rounded to the nearest integer, ties to even, for |v| < 2^22.
constexpr float kRounder = 12582912.0f;

inline Vector clamp(Vector v, Vector low, Vector high) {
  v = v < low ? low : v;  // Not-a-number passes.
  return v > high ? high : v;
}

inline Vector roundEven(Vector v) { return (v + kRounder) - kRounder; }

struct Range {
  int64_t qmin, qmax;
};

void* create(TF_OpKernelConstruction* construction) {
  return new Range{integerAttribute(construction, "qmin"), integerAttribute(construction, "qmax")};
}

// Scale and both ends of the integers, less the zero point, along a line.
struct Grid {
  Grid(const Range& range, const Lines& lines, const Input& scale, const Input& zeroPoint) : scales(repeat(scale.floats(), lines)), lows(lines.width), highs(lines.width) {
    for (int64_t j = 0; j < lines.width; j++) {
      const float zero = zeroPoint.floats()[j % lines.channels];
      lows[j] = range.qmin - zero;
      highs[j] = range.qmax - zero;
    }
  }
  Floats scales, lows, highs;
};

inline Vector quantize(Vector v, Vector scale, Vector low, Vector high) { return roundEven(clamp(v / scale, low, high)) * scale; }

// d where v is not clipped.
inline Vector pass(Vector d, Vector v, Vector scale, Vector low, Vector high) {
  const Vector q = roundEven(clamp(v / scale, low - 1.0f, high + 1.0f));
  d = q < low ? Vector{} : d;
  return q > high ? Vector{} : d;
}

// x, scale [1] or [c], zero point likewise -> y
void forward(void* attributes, TF_OpKernelContext* context) {
  const Input x(context, 0), scale(context, 1), zeroPoint(context, 2);
  const Lines lines = linesOf(x.size(), scale.size());
  const Grid grid(*static_cast<Range*>(attributes), lines, scale, zeroPoint);
  float* y = output(context, 0, x.shape());
  if (y == nullptr) return;
  mapLines(lines, x.floats(), x.floats(), y, [&](Vector v, Vector, int64_t j) {
    return quantize(v, load(&grid.scales[j]), load(&grid.lows[j]), load(&grid.highs[j]));
  });
}

// dy, x, scale, zero point -> dx: dy where x is not clipped.
void backward(void* attributes, TF_OpKernelContext* context) {
  const Input dy(context, 0), x(context, 1), scale(context, 2), zeroPoint(context, 3);
  const Lines lines = linesOf(x.size(), scale.size());
  const Grid grid(*static_cast<Range*>(attributes), lines, scale, zeroPoint);
  float* dx = output(context, 0, x.shape());
  if (dx == nullptr) return;
  mapLines(lines, x.floats(), dy.floats(), dx, [&](Vector v, Vector d, int64_t j) {
    return pass(d, v, load(&grid.scales[j]), load(&grid.lows[j]), load(&grid.highs[j]));
  });
}

// One scale for the whole tensor.
struct Steps {
  Steps(const Range& range, const Input& scale, const Input& zeroPoint)
      : scale(splat(scale.floats()[0])), low(splat(range.qmin - zeroPoint.floats()[0])), high(splat(range.qmax - zeroPoint.floats()[0])) {}
  Vector scale, low, high;
};

// x [.., c], bias [c], scale [1], zero point [1] -> y
void biasForward(void* attributes, TF_OpKernelContext* context) {
  const Input x(context, 0), bias(context, 1), scale(context, 2), zeroPoint(context, 3);
  const Lines lines = linesOf(x.size(), bias.size());
  const Steps steps(*static_cast<Range*>(attributes), scale, zeroPoint);
  const Floats biases = repeat(bias.floats(), lines);
  float* y = output(context, 0, x.shape());
  if (y == nullptr) return;
  mapLines(lines, x.floats(), x.floats(), y, [&](Vector v, Vector, int64_t j) { return quantize(v + load(&biases[j]), steps.scale, steps.low, steps.high); });
}

// Float sums over so many lines go into double.
constexpr int64_t kFlushLines = 256;

// dy, x, bias, scale, zero point -> dx, dbias
void biasBackward(void* attributes, TF_OpKernelContext* context) {
  const Input dy(context, 0), x(context, 1), bias(context, 2), scale(context, 3), zeroPoint(context, 4);
  const int64_t channels = bias.size();
  const Lines lines = linesOf(x.size(), channels);
  const Steps steps(*static_cast<Range*>(attributes), scale, zeroPoint);
  const Floats biases = repeat(bias.floats(), lines);
  float* dx = output(context, 0, x.shape());
  float* dBias = output(context, 1, {channels});
  if (dx == nullptr || dBias == nullptr) return;
  const auto gradient = [&](Vector v, Vector d, int64_t j) { return pass(d, v + load(&biases[j]), steps.scale, steps.low, steps.high); };
  std::vector<std::vector<double>> parts(threadCount());
  parallel(lines.count, lines.grain(), [&](int64_t begin, int64_t end, int thread) {
    std::vector<double> total(channels);
    Floats sums(lines.width);
    for (int64_t line = begin; line < end; line++) {
      const int64_t at = line * lines.width;
      for (int64_t j = 0; j < lines.width; j += kLanes) {
        const Vector d = gradient(load(x.floats() + at + j), load(dy.floats() + at + j), j);
        stream(dx + at + j, d);
        store(&sums[j], load(&sums[j]) + d);
      }
      if ((line - begin + 1) % kFlushLines == 0 || line + 1 == end) {
        for (int64_t j = 0; j < lines.width; j++) total[j % channels] += sums[j];
        std::fill(sums.begin(), sums.end(), 0.0f);
      }
    }
    parts[thread] = std::move(total);
  });
  std::vector<double> total(channels);
  for (const auto& part : parts) for (size_t c = 0; c < part.size(); c++) total[c] += part[c];
  for (int64_t i = x.size() - lines.rest; i < x.size(); i++) {
    const int64_t c = i % channels;
    dx[i] = pass(splat(dy.floats()[i]), splat(x.floats()[i] + bias.floats()[c]), steps.scale, steps.low, steps.high)[0];
    total[c] += dx[i];
  }
  for (int64_t c = 0; c < channels; c++) dBias[c] = static_cast<float>(total[c]);
}

}  // namespace

void registerFakeQuant() {
  registerOperation("NNOptBiasFakeQuant", {"x: float", "bias: float", "scale: float", "zero_point: float"}, {"y: float"}, {"qmin: int", "qmax: int"}, create, biasForward, destroy<Range>);
  registerOperation("NNOptBiasFakeQuantGradient", {"dy: float", "x: float", "bias: float", "scale: float", "zero_point: float"}, {"dx: float", "dbias: float"}, {"qmin: int", "qmax: int"}, create, biasBackward, destroy<Range>);
  registerOperation("NNOptFakeQuant", {"x: float", "scale: float", "zero_point: float"}, {"y: float"}, {"qmin: int", "qmax: int"}, create, forward, destroy<Range>);
  registerOperation("NNOptFakeQuantGradient", {"dy: float", "x: float", "scale: float", "zero_point: float"}, {"dx: float"}, {"qmin: int", "qmax: int"}, create, backward, destroy<Range>);
}

}  // namespace nnopt
