// Depthwise convolution of NHWC tensors, filter [kh, kw, c, 1], and its gradients; 16 channels or more.
#include <algorithm>
#include "bfloat.h"

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

int64_t outputSize(int64_t size, int64_t kernel, int64_t stride, int64_t before, int64_t after) {
  return (size + before + after - kernel) / stride + 1;
}

template <typename T>
struct Tap {
  const T* values;
  const float* weights;
};

template <int vectors, typename T>
inline void accumulate(const std::vector<Tap<T>>& taps, int count, int64_t c, T* y) {
  Vector sum[vectors] = {};
  for (int t = 0; t < count; t++) {
    for (int v = 0; v < vectors; v++) sum[v] += load(taps[t].values + c + v * kLanes) * load(taps[t].weights + c + v * kLanes);
  }
  for (int v = 0; v < vectors; v++) stream(y + c + v * kLanes, sum[v]);
}

// One output position: all channels; the last vector overlaps the one before it where their width does not divide the count.
template <typename T>
void accumulateAll(const std::vector<Tap<T>>& taps, int count, int64_t channels, T* y) {
  int64_t c = 0;
  for (; c + 4 * kLanes <= channels; c += 4 * kLanes) accumulate<4>(taps, count, c, y);
  if (c + 3 * kLanes <= channels) accumulate<3>(taps, count, c, y), c += 3 * kLanes;
  if (c + 2 * kLanes <= channels) accumulate<2>(taps, count, c, y), c += 2 * kLanes;
  if (c + kLanes <= channels) accumulate<1>(taps, count, c, y), c += kLanes;
  if (c < channels) accumulate<1>(taps, count, channels - kLanes, y);
}

// x, filter -> y
template <typename T>
void forward(void* attributes, TF_OpKernelContext* context) {
  const Geometry g = *static_cast<Geometry*>(attributes);
  const Input x(context, 0), filter(context, 1);
  const int64_t n = x.dim(0), h = x.dim(1), w = x.dim(2), c = x.dim(3), kh = filter.dim(0), kw = filter.dim(1);
  const int64_t oh = outputSize(h, kh, g.strideH, g.top, g.bottom), ow = outputSize(w, kw, g.strideW, g.left, g.right);
  T* y = static_cast<T*>(outputOf(context, 0, {n, oh, ow, c}, typeOf<T>()));
  if (y == nullptr) return;
  const std::vector<float> weights = floatsOf(filter.values<T>(), filter.size());
  shareOut(n * oh, 1, [&](int64_t begin, int64_t end) {
    std::vector<Tap<T>> taps(kh * kw);
    for (int64_t row = begin; row < end; row++) {
      const int64_t b = row / oh, i0 = row % oh * g.strideH - g.top;
      for (int64_t j = 0; j < ow; j++) {
        const int64_t j0 = j * g.strideW - g.left;
        int count = 0;
        for (int64_t u = std::max<int64_t>(0, -i0); u < std::min(kh, h - i0); u++) {
          for (int64_t v = std::max<int64_t>(0, -j0); v < std::min(kw, w - j0); v++) {
            taps[count++] = {x.values<T>() + ((b * h + i0 + u) * w + j0 + v) * c, weights.data() + (u * kw + v) * c};
          }
        }
        accumulateAll(taps, count, c, y + (row * ow + j) * c);
      }
    }
  });
}

// xShape, filter, dy -> dx: every input position gathers the outputs that read it.
template <typename T>
void inputGradient(void* attributes, TF_OpKernelContext* context) {
  const Geometry g = *static_cast<Geometry*>(attributes);
  const Input shape(context, 0), filter(context, 1), dy(context, 2);
  const int64_t n = shape.integers()[0], h = shape.integers()[1], w = shape.integers()[2], c = shape.integers()[3];
  const int64_t kh = filter.dim(0), kw = filter.dim(1), oh = dy.dim(1), ow = dy.dim(2);
  T* dx = static_cast<T*>(outputOf(context, 0, {n, h, w, c}, typeOf<T>()));
  if (dx == nullptr) return;
  const std::vector<float> weights = floatsOf(filter.values<T>(), filter.size());
  shareOut(n * h, 1, [&](int64_t begin, int64_t end) {
    std::vector<Tap<T>> taps(kh * kw);
    for (int64_t row = begin; row < end; row++) {
      const int64_t b = row / h, i = row % h + g.top;
      for (int64_t j = 0; j < w; j++) {
        int count = 0;
        for (int64_t u = 0; u < kh && u <= i; u++) {
          if ((i - u) % g.strideH != 0 || (i - u) / g.strideH >= oh) continue;
          for (int64_t v = 0; v < kw && v <= j + g.left; v++) {
            if ((j + g.left - v) % g.strideW != 0 || (j + g.left - v) / g.strideW >= ow) continue;
            taps[count++] = {dy.values<T>() + ((b * oh + (i - u) / g.strideH) * ow + (j + g.left - v) / g.strideW) * c, weights.data() + (u * kw + v) * c};
          }
        }
        accumulateAll(taps, count, c, dx + (row * w + j) * c);
      }
    }
  });
}

// A vector of channels of one image with its padding, side by side: the taps below read without borders and without strides of c.
template <typename T>
void copyPadded(const T* x, int64_t h, int64_t w, int64_t c, const Geometry& g, int64_t paddedW, float* to) {
  for (int64_t i = 0; i < h; i++) {
    for (int64_t j = 0; j < w; j++) store(to + ((i + g.top) * paddedW + j + g.left) * kLanes, load(x + (i * w + j) * c));
  }
}

// Brings an image into the cache in the order of memory, before it is read channel block by channel block.
template <typename T>
void prefetch(const T* from, int64_t count) {
  constexpr int64_t line = 64 / sizeof(T);
  for (int64_t i = 0; i < count; i += line) __builtin_prefetch(from + i, 0, 2);
}

template <int K, typename T>
void addTaps(const float* padded, int64_t paddedW, const T* dy, int64_t oh, int64_t ow, int64_t c, const Geometry& g, float* sums) {
  Vector sum[K * K];
  for (int t = 0; t < K * K; t++) sum[t] = load(sums + t * kLanes);
  for (int64_t i = 0; i < oh; i++) {
    for (int64_t j = 0; j < ow; j++) {
      const Vector d = load(dy + (i * ow + j) * c);
      const float* corner = padded + (i * g.strideH * paddedW + j * g.strideW) * kLanes;
#pragma GCC unroll 5
      for (int u = 0; u < K; u++) {
#pragma GCC unroll 5
        for (int v = 0; v < K; v++) sum[u * K + v] += d * load(corner + (u * paddedW + v) * kLanes);
      }
    }
  }
  for (int t = 0; t < K * K; t++) store(sums + t * kLanes, sum[t]);
}

// x, filterShape, dy -> dfilter; square kernels of 3 or 5. The result is float for both types: it goes into a sum of float.
template <typename T>
void filterGradient(void* attributes, TF_OpKernelContext* context) {
  const Geometry g = *static_cast<Geometry*>(attributes);
  const Input x(context, 0), shape(context, 1), dy(context, 2);
  const int64_t n = x.dim(0), h = x.dim(1), w = x.dim(2), c = x.dim(3), oh = dy.dim(1), ow = dy.dim(2);
  const int64_t k = shape.integers()[0], taps = k * k, chunks = (c + kLanes - 1) / kLanes;
  float* result = output(context, 0, {k, k, c, 1});
  if (result == nullptr) return;
  const int64_t paddedH = h + g.top + g.bottom, paddedW = w + g.left + g.right;
  const auto start = [&](int64_t chunk) { return std::min(chunk * kLanes, c - kLanes); };
  std::vector<std::vector<float>> parts(threadCount());
  parallel(n, 1, [&](int64_t begin, int64_t end, int thread) {
    std::vector<float> sums(chunks * taps * kLanes), padded(paddedH * paddedW * kLanes);
    for (int64_t b = begin; b < end; b++) {
      prefetch(x.values<T>() + b * h * w * c, h * w * c);
      prefetch(dy.values<T>() + b * oh * ow * c, oh * ow * c);
      for (int64_t chunk = 0; chunk < chunks; chunk++) {
        copyPadded(x.values<T>() + b * h * w * c + start(chunk), h, w, c, g, paddedW, padded.data());
        const T* gradient = dy.values<T>() + b * oh * ow * c + start(chunk);
        (k == 3 ? addTaps<3, T> : addTaps<5, T>)(padded.data(), paddedW, gradient, oh, ow, c, g, &sums[chunk * taps * kLanes]);
      }
    }
    parts[thread] = std::move(sums);
  });
  for (int64_t chunk = 0; chunk < chunks; chunk++) {
    for (int64_t t = 0; t < taps; t++) {
      Vector sum = {};
      for (const auto& part : parts) if (!part.empty()) sum += load(&part[(chunk * taps + t) * kLanes]);
      store(result + t * c + start(chunk), sum);
    }
  }
}

}  // namespace

void registerDepthwise() {
  const Names attributes = {"strides: list(int)", "pads: list(int)"};
  registerOperation("NNOptDepthwise", {"x: T", "filter: T"}, {"y: T"}, attributes, create, forward<float>, forward<Bfloat>, destroy<Geometry>);
  registerOperation("NNOptDepthwiseInputGradient", {"x_shape: int32", "filter: T", "dy: T"}, {"dx: T"}, attributes, create, inputGradient<float>, inputGradient<Bfloat>, destroy<Geometry>);
  registerOperation("NNOptDepthwiseFilterGradient", {"x: T", "filter_shape: int32", "dy: T"}, {"dfilter: float"}, attributes, create, filterGradient<float>, filterGradient<Bfloat>, destroy<Geometry>);
}

}  // namespace nnopt
