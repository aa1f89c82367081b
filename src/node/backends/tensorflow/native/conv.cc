// Gradients of a dense convolution of NHWC tensors in bfloat16, filter [kh, kw, c, o], as products of matrices whose rows are the patches under the filter.
#include <algorithm>
#include "gemmBfloat.h"

namespace nnopt {
namespace {

struct Geometry {
  int64_t strideH, strideW, top, left, bottom, right;
};

void* create(TF_OpKernelConstruction* construction) {
  const auto strides = integersAttribute(construction, "strides", 2);
  const auto pads = integersAttribute(construction, "pads", 4);
  return new Geometry{strides[0], strides[1], pads[0], pads[1], pads[2], pads[3]};
}

// What a filter reads along one axis of a tensor for a position of the result: `kernel` neighbours from `first` on. Backward, where the tensor is the output's gradient
// and the taps come in reverse, they are spread by the stride: between them lie positions that no output has.
struct Axis {
  int64_t size, kernel, stride, before;
  bool backward;
  int64_t first(int64_t position) const { return backward ? position + before - (kernel - 1) : position * stride - before; }
  bool isSpread() const { return backward && stride > 1; }
  // Where the tap reads; -1 where there is nothing.
  int64_t read(int64_t position, int64_t tap) const {
    const int64_t at = first(position) + tap;
    if (!isSpread()) return at < size ? at : -1;  // Below 0 as it is.
    return at >= 0 && at % stride == 0 && at / stride < size ? at / stride : -1;
  }
};

inline void copy(const Bfloat* from, Bfloat* to, int64_t count) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) *reinterpret_cast<Halves*>(to + i) = *reinterpret_cast<const Halves*>(from + i);
  for (; i < count; i++) to[i] = from[i];
}

inline void clear(Bfloat* to, int64_t count) { std::memset(to, 0, count * sizeof(Bfloat)); }

// Row (b, i, j) holds for each tap the channels that it multiplies: of the input, or backward of the output's gradient.
class Patches : public BfloatRows {
 public:
  Patches(const Bfloat* values, int64_t channels, int64_t rowsH, int64_t rowsW, Axis vertical, Axis horizontal)
      : values_(values), channels_(channels), rowsH_(rowsH), rowsW_(rowsW), vertical_(vertical), horizontal_(horizontal) {}

  void write(int64_t row, int64_t count, Bfloat* to, int64_t stride) const override {
    int64_t b = row / (rowsH_ * rowsW_), i = row / rowsW_ % rowsH_, j = row % rowsW_;
    for (int64_t r = 0; r < count; r++, to += stride) {
      writeRow(b, i, j, to);
      if (++j < rowsW_) continue;
      j = 0;
      if (++i == rowsH_) i = 0, b++;
    }
  }

 private:
  void writeRow(int64_t b, int64_t i, int64_t j, Bfloat* to) const {
    const int64_t width = horizontal_.kernel * channels_;
    for (int64_t u = 0; u < vertical_.kernel; u++, to += width) {
      const int64_t y = vertical_.read(i, u);
      const Bfloat* line = values_ + (b * vertical_.size + y) * horizontal_.size * channels_;
      if (y < 0) clear(to, width);
      else if (horizontal_.isSpread()) copyTaps(line, j, to);
      else copyNeighbours(line, horizontal_.first(j), to);
    }
  }

  void copyNeighbours(const Bfloat* line, int64_t first, Bfloat* to) const {
    const int64_t begin = std::clamp<int64_t>(-first, 0, horizontal_.kernel), end = std::clamp<int64_t>(horizontal_.size - first, begin, horizontal_.kernel);
    if (begin > 0) clear(to, begin * channels_);
    copy(line + (first + begin) * channels_, to + begin * channels_, (end - begin) * channels_);
    if (end < horizontal_.kernel) clear(to + end * channels_, (horizontal_.kernel - end) * channels_);
  }

  void copyTaps(const Bfloat* line, int64_t position, Bfloat* to) const {
    for (int64_t v = 0; v < horizontal_.kernel; v++, to += channels_) {
      const int64_t x = horizontal_.read(position, v);
      if (x < 0) clear(to, channels_);
      else copy(line + x * channels_, to, channels_);
    }
  }

  const Bfloat* values_;
  const int64_t channels_, rowsH_, rowsW_;
  const Axis vertical_, horizontal_;
};

Patches patchesOf(const Input& x, const Geometry& g, int64_t kh, int64_t kw, int64_t oh, int64_t ow) {
  return {x.values<Bfloat>(), x.last(), oh, ow, {x.dim(1), kh, g.strideH, g.top, false}, {x.dim(2), kw, g.strideW, g.left, false}};
}

// [taps, c, o] -> [taps in reverse, o, c]
std::vector<Bfloat> turned(const Bfloat* filter, int64_t taps, int64_t c, int64_t o) {
  std::vector<Bfloat> result(taps * c * o);
  parallel(taps, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t t = begin; t < end; t++) {
      for (int64_t i = 0; i < c; i++) for (int64_t j = 0; j < o; j++) result[((taps - 1 - t) * o + j) * c + i] = filter[(t * c + i) * o + j];
    }
  });
  return result;
}

// xShape, filter, dy -> dx
void inputGradient(void* attributes, TF_OpKernelContext* context) {
  const Geometry g = *static_cast<Geometry*>(attributes);
  const Input shape(context, 0), filter(context, 1), dy(context, 2);
  const int64_t n = shape.integers()[0], h = shape.integers()[1], w = shape.integers()[2], c = shape.integers()[3];
  const int64_t kh = filter.dim(0), kw = filter.dim(1), o = filter.last();
  auto* dx = static_cast<Bfloat*>(outputOf(context, 0, {n, h, w, c}, TF_BFLOAT16));
  if (dx == nullptr) return;
  const Patches patches(dy.values<Bfloat>(), o, h, w, {dy.dim(1), kh, g.strideH, g.top, true}, {dy.dim(2), kw, g.strideW, g.left, true});
  multiplyTall(patches, turned(filter.values<Bfloat>(), kh * kw, c, o).data(), false, dx, n * h * w, kh * kw * o, c);
}

// x, filterShape, dy -> dfilter, which is float: it goes into a sum of float.
void filterGradient(void* attributes, TF_OpKernelContext* context) {
  const Geometry g = *static_cast<Geometry*>(attributes);
  const Input x(context, 0), shape(context, 1), dy(context, 2);
  const int64_t kh = shape.integers()[0], kw = shape.integers()[1], c = shape.integers()[2], o = shape.integers()[3];
  float* dfilter = output(context, 0, {kh, kw, c, o});
  if (dfilter == nullptr) return;
  multiplyTransposed(patchesOf(x, g, kh, kw, dy.dim(1), dy.dim(2)), dy.values<Bfloat>(), dfilter, dy.size() / o, kh * kw * c, o);
}

}  // namespace

void registerConv() {
  const Names attributes = {"strides: list(int)", "pads: list(int)"};
  registerOperation("NNOptConvInputGradient", {"x_shape: int32", "filter: bfloat16", "dy: bfloat16"}, {"dx: bfloat16"}, attributes, create, inputGradient, destroy<Geometry>);
  registerOperation("NNOptConvFilterGradient", {"x: bfloat16", "filter_shape: int32", "dy: bfloat16"}, {"dfilter: float"}, attributes, create, filterGradient, destroy<Geometry>);
}

}  // namespace nnopt
