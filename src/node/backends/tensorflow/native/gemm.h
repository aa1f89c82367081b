// Matrix products of tall matrices: rows are the positions of a batch, columns its channels.
#pragma once
#include "kernel.h"

namespace nnopt {

// A tile of the result lies in registers: kTileRows rows of up to kPanelVectors vectors.
#if defined(__AVX512F__)
constexpr int kTileRows = 8, kPanelVectors = 3;
#else
constexpr int kTileRows = 6, kPanelVectors = 2;
#endif

// Some columns of a matrix, copied side by side: [rows][vectors · kLanes], filled up with zeros.
struct Panel {
  int64_t start, columns, vectors, offset;
  int64_t width() const { return vectors * kLanes; }
};

// The panels of a matrix of `rows` · `columns`; each one's offset is where it begins in a buffer of all of them.
std::vector<Panel> panelsOf(int64_t rows, int64_t columns);

// y [m, n] = a [m, k] · b [k, n]; `transposed`: b is stored as [n, k].
void multiplyTall(const float* a, const float* b, bool transposed, float* y, int64_t m, int64_t k, int64_t n);

// y [k, n] = aᵀ · b of a [m, k] and b [m, n].
void multiplyTransposed(const float* a, const float* b, float* y, int64_t m, int64_t k, int64_t n);

}  // namespace nnopt
