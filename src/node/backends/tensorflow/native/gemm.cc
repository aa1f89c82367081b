// The products behind a pointwise convolution and its gradients, in the manner of Goto and van de Geijn (2008): panels in the cache, tiles in registers.
#include "gemm.h"
#include <algorithm>
#include <cstring>

namespace nnopt {
namespace {

// So many rows of `a` are multiplied by one panel after the other while they are in the cache.
constexpr int64_t kChunkRows = 64;
// Floats of both operands that a thread copies side by side at a time: they fit into a small second-level cache.
constexpr int64_t kPackedFloats = 65536;
constexpr int64_t kLeastPackedRows = 32, kMostPackedRows = 256;
// Below so many rows the threads share the result instead of the rows: nothing has to be added up after them.
constexpr int64_t kFewRows = 4096;

// Copying fewer takes less time than another thread's answer.
constexpr int64_t kLeastSharedFloats = 8192;

using Floats = std::vector<float>;

template <int rows, int vectors>
struct Tile {
  Vector sum[rows][vectors];
};

// Sums over `steps` of a column of `rows` numbers times a row of the panel.
template <int rows, int vectors>
inline __attribute__((always_inline)) Tile<rows, vectors> multiplyTile(const float* a, int64_t rowStride, int64_t stepStride, const float* panel, int64_t steps) {
  Tile<rows, vectors> tile = {};
  const float* at[rows];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) at[r] = a + r * rowStride;
  for (int64_t step = 0; step < steps; step++) {
    Vector b[vectors];
#pragma GCC unroll 3
    for (int v = 0; v < vectors; v++) b[v] = load(panel + step * vectors * kLanes + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 3
      for (int v = 0; v < vectors; v++) tile.sum[r][v] += at[r][step * stepStride] * b[v];
    }
  }
  return tile;
}

template <int rows, int vectors>
inline void multiplyRows(const float* a, int64_t k, const float* panel, const Panel& place, float* y, int64_t n) {
  const Tile<rows, vectors> tile = multiplyTile<rows, vectors>(a, k, 1, panel, k);
  for (int r = 0; r < rows; r++) {
    float* to = y + r * n + place.start;
    if (place.columns == vectors * kLanes) {
#pragma GCC unroll 3
      for (int v = 0; v < vectors; v++) store(to + v * kLanes, tile.sum[r][v]);
    } else {
      std::memcpy(to, &tile.sum[r][0], place.columns * sizeof(float));
    }
  }
}

template <int vectors>
void multiplyPanel(const float* a, int64_t rows, int64_t k, const float* panel, const Panel& place, float* y, int64_t n) {
  int64_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows) multiplyRows<kTileRows, vectors>(a + i * k, k, panel, place, y + i * n, n);
  for (; i < rows; i++) multiplyRows<1, vectors>(a + i * k, k, panel, place, y + i * n, n);
}

// Calls body with the number of vectors as a constant.
template <typename Body>
inline void withVectors(int64_t vectors, const Body& body) {
  if (vectors == 3) return body(std::integral_constant<int, 3>());
  if (vectors == 2) return body(std::integral_constant<int, 2>());
  body(std::integral_constant<int, 1>());
}

void packPanel(const float* b, int64_t k, int64_t n, const Panel& place, float* to) {
  for (int64_t i = 0; i < k; i++) {
    float* row = to + i * place.width();
    std::memcpy(row, b + i * n + place.start, place.columns * sizeof(float));
    std::fill(row + place.columns, row + place.width(), 0.0f);
  }
}

// The panel of b stored as [n, k]: a cache line of every column at a time.
void packTransposedPanel(const float* b, int64_t k, const Panel& place, float* to) {
  for (int64_t from = 0; from < k; from += kCacheLineFloats) {
    const int64_t last = std::min(k, from + kCacheLineFloats);
    for (int64_t j = 0; j < place.columns; j++) {
      for (int64_t i = from; i < last; i++) to[i * place.width() + j] = b[(place.start + j) * k + i];
    }
    for (int64_t i = from; i < last; i++) std::fill(to + i * place.width() + place.columns, to + (i + 1) * place.width(), 0.0f);
  }
}

// Rows of `a` in columns of kTileRows: [tile][row][kTileRows], filled up with zeros.
void packColumns(const float* a, int64_t rows, int64_t k, int64_t from, int64_t count, float* to) {
  for (int64_t i = 0; i < rows; i++) {
    const float* row = a + i * k + from;
    for (int64_t j = 0; j < count; j += kTileRows) {
      float* at = to + j * rows + i * kTileRows;
      const int64_t width = std::min<int64_t>(kTileRows, count - j);
      for (int64_t c = 0; c < width; c++) at[c] = row[j + c];
      for (int64_t c = width; c < kTileRows; c++) at[c] = 0.0f;
    }
  }
}

inline int64_t roundUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

// Adds the product over some rows and some columns of `a` to tiles [k / kTileRows][panel][kTileRows][width].
class TransposedProduct {
 public:
  TransposedProduct(const float* a, const float* b, int64_t k, int64_t n) : a_(a), b_(b), k_(k), n_(n), panels_(panelsOf(1, n)) {
    for (const Panel& panel : panels_) width_ += panel.width();
  }
  int64_t tiles() const { return (k_ + kTileRows - 1) / kTileRows; }
  int64_t size() const { return tiles() * kTileRows * width_; }

  void add(int64_t beginRow, int64_t endRow, int64_t beginTile, int64_t endTile, float* sums) const {
    const int64_t from = beginTile * kTileRows, count = std::min(endTile * kTileRows, k_) - from;
    if (count <= 0) return;
    const int64_t rows = std::clamp(kPackedFloats / (count + width_), kLeastPackedRows, kMostPackedRows);
    Floats columns(rows * roundUp(count, kTileRows)), packed(rows * width_);
    for (int64_t row = beginRow; row < endRow; row += rows) {
      const int64_t block = std::min(rows, endRow - row);
      packColumns(a_ + row * k_, block, k_, from, count, columns.data());
      for (const Panel& panel : panels_) {
        float* side = packed.data() + panel.offset * block;
        packPanel(b_ + row * n_, block, n_, panel, side);
        withVectors(panel.vectors, [&](auto vectors) { addPanel<vectors>(columns.data(), block, side, panel, beginTile, endTile, sums); });
      }
    }
  }

  void write(const std::vector<Floats>& parts, int64_t tile, float* y) const {
    const int64_t rows = std::min<int64_t>(kTileRows, k_ - tile * kTileRows);
    for (const Panel& panel : panels_) {
      for (int64_t r = 0; r < rows; r++) {
        float* to = y + (tile * kTileRows + r) * n_ + panel.start;
        const int64_t from = place(tile, panel) + r * panel.width();
        std::copy_n(parts[0].data() + from, panel.columns, to);
        for (size_t part = 1; part < parts.size(); part++) {
          if (parts[part].empty()) continue;
          for (int64_t c = 0; c < panel.columns; c++) to[c] += parts[part][from + c];
        }
      }
    }
  }

 private:
  int64_t place(int64_t tile, const Panel& panel) const { return (tile * width_ + panel.offset) * kTileRows; }

  template <int vectors>
  void addPanel(const float* columns, int64_t rows, const float* side, const Panel& panel, int64_t beginTile, int64_t endTile, float* sums) const {
    for (int64_t tile = beginTile; tile < endTile; tile++) {
      const auto product = multiplyTile<kTileRows, vectors>(columns + (tile - beginTile) * kTileRows * rows, 1, kTileRows, side, rows);
      float* to = sums + place(tile, panel);
      for (int r = 0; r < kTileRows; r++) {
        for (int v = 0; v < vectors; v++, to += kLanes) store(to, load(to) + product.sum[r][v]);
      }
    }
  }

  const float *a_, *b_;
  const int64_t k_, n_;
  const std::vector<Panel> panels_;
  int64_t width_ = 0;
};

}  // namespace

std::vector<Panel> panelsOf(int64_t rows, int64_t columns) {
  std::vector<Panel> panels;
  int64_t offset = 0;
  for (int64_t start = 0; start < columns;) {
    const int64_t left = (columns - start + kLanes - 1) / kLanes;
    // Two and two are faster than three and one.
    const int64_t vectors = kPanelVectors > 2 && left == kPanelVectors + 1 ? 2 : std::min<int64_t>(left, kPanelVectors);
    panels.push_back({start, std::min(vectors * kLanes, columns - start), vectors, offset});
    start += vectors * kLanes;
    offset += rows * vectors * kLanes;
  }
  return panels;
}

void multiplyTall(const float* a, const float* b, bool transposed, float* y, int64_t m, int64_t k, int64_t n) {
  const std::vector<Panel> panels = panelsOf(k, n);
  Floats packed(panels.back().offset + k * panels.back().width());
  shareOut(panels.size(), std::max<int64_t>(1, kLeastSharedFloats / (k * kPanelVectors * kLanes)), [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; p++) {
      float* to = packed.data() + panels[p].offset;
      if (transposed) packTransposedPanel(b, k, panels[p], to);
      else packPanel(b, k, n, panels[p], to);
    }
  });
  shareOut((m + kTileRows - 1) / kTileRows, 1, [&](int64_t begin, int64_t end) {
    const int64_t last = std::min(end * kTileRows, m);
    for (int64_t row = begin * kTileRows; row < last; row += kChunkRows) {
      const int64_t rows = std::min(kChunkRows, last - row);
      for (const Panel& panel : panels) {
        withVectors(panel.vectors, [&](auto vectors) {
          multiplyPanel<vectors>(a + row * k, rows, k, packed.data() + panel.offset, panel, y + row * n, n);
        });
      }
    }
  });
}

void multiplyTransposed(const float* a, const float* b, float* y, int64_t m, int64_t k, int64_t n) {
  const TransposedProduct product(a, b, k, n);
  std::vector<Floats> parts(threadCount());
  if (m < kFewRows) {
    parts[0].resize(product.size());
    parallel(product.tiles(), 1, [&](int64_t begin, int64_t end, int) { product.add(0, m, begin, end, parts[0].data()); });
  } else {
    parallel(m, kLeastPackedRows, [&](int64_t begin, int64_t end, int thread) {
      parts[thread].resize(product.size());
      product.add(begin, end, 0, product.tiles(), parts[thread].data());
    });
  }
  parallel(product.tiles(), 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t tile = begin; tile < end; tile++) product.write(parts, tile, y);
  });
}

}  // namespace nnopt
