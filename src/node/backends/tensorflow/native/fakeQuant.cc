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

// x, scale [1] or [c], zero point likewise -> y
void forward(void* attributes, TF_OpKernelContext* context) {
  const Input x(context, 0), scale(context, 1), zeroPoint(context, 2);
  const Lines lines = linesOf(x.size(), scale.size());
  const Grid grid(*static_cast<Range*>(attributes), lines, scale, zeroPoint);
  float* y = output(context, 0, x.shape());
  if (y == nullptr) return;
  mapLines(lines, x.floats(), x.floats(), y, [&](Vector v, Vector, int64_t j) {
    const Vector s = load(&grid.scales[j]);
    return roundEven(clamp(v / s, load(&grid.lows[j]), load(&grid.highs[j]))) * s;
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
    const Vector low = load(&grid.lows[j]), high = load(&grid.highs[j]);
    const Vector q = roundEven(clamp(v / load(&grid.scales[j]), low - 1.0f, high + 1.0f));
    d = q < low ? Vector{} : d;
    return q > high ? Vector{} : d;
  });
}

}  // namespace

void registerFakeQuant() {
  registerOperation("NNOptFakeQuant", {"x: float", "scale: float", "zero_point: float"}, {"y: float"}, {"qmin: int", "qmax: int"}, create, forward, destroy<Range>);
  registerOperation("NNOptFakeQuantGradient", {"dy: float", "x: float", "scale: float", "zero_point: float"}, {"dx: float"}, {"qmin: int", "qmax: int"}, create, backward, destroy<Range>);
}

}  // namespace nnopt
