// [.., c] tensors as lines: several rows side by side, a multiple of the vector long, so that no channel count has a remainder.
#pragma once
#include <algorithm>
#include "bfloat.h"

namespace nnopt {

constexpr int64_t kShortLine = 64;
constexpr int64_t kGrainElements = 16384;
// A larger result has left the caches when the next operation reads it.
constexpr int64_t kStreamedBytes = 8 << 20;

struct Lines {
  int64_t channels, width, count, rest;  // rest: elements after the last whole line
  int64_t grain() const { return kGrainElements / width + 1; }
};

inline int64_t gcd(int64_t a, int64_t b) { return b == 0 ? a : gcd(b, a % b); }

inline Lines linesOf(int64_t elements, int64_t channels) {
  int64_t rows = kLanes / gcd(channels, kLanes);
  while (rows * channels < kShortLine) rows *= 2;
  const int64_t width = rows * channels;
  return {channels, width, elements / width, elements % width};
}

using Floats = std::vector<float>;

inline Floats repeat(const float* values, const Lines& lines) {
  Floats line(lines.width);
  for (int64_t i = 0; i < lines.width; i++) line[i] = values[i % lines.channels];
  return line;
}

// The last, incomplete line, filled up so that what is missing adds nothing.
template <typename T>
Floats lastLine(const T* values, const Lines& lines, const Floats& filling) {
  Floats line = filling;
  for (int64_t i = 0; i < lines.rest; i++) line[i] = toFloat(values[lines.count * lines.width + i]);
  return line;
}

// y = map(x, dy, column), a vector at a time.
template <typename T, typename Map>
void mapLines(const Lines& lines, const T* x, const T* dy, T* y, const Map& map) {
  const bool large = lines.count * lines.width * static_cast<int64_t>(sizeof(T)) > kStreamedBytes;
  shareOut(lines.count, lines.grain(), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; line++) {
      const int64_t at = line * lines.width;
      if (large) {
        for (int64_t j = 0; j < lines.width; j += kLanes) stream(y + at + j, map(load(x + at + j), load(dy + at + j), j));
      } else {
        for (int64_t j = 0; j < lines.width; j += kLanes) store(y + at + j, map(load(x + at + j), load(dy + at + j), j));
      }
    }
  });
  if (lines.rest == 0) return;
  const Floats zeros(lines.width);
  const Floats lastX = lastLine(x, lines, zeros), lastDy = lastLine(dy, lines, zeros);
  Floats lastY(lines.width);
  for (int64_t j = 0; j < lines.width; j += kLanes) store(&lastY[j], map(load(&lastX[j]), load(&lastDy[j]), j));
  for (int64_t i = 0; i < lines.rest; i++) put(y + lines.count * lines.width + i, lastY[i]);
}

}  // namespace nnopt
