// Products of bfloat16 matrices. With AMX a tile of A has 16 rows of 32 numbers, one of B 32 rows of 16 columns, two rows side by side; their product adds to 16 · 16 floats.
#include "gemmBfloat.h"
#include <algorithm>
#include "gemm.h"
#if defined(__AVX512BW__) && defined(__linux__) && defined(__GNUC__)
#define NNOPT_TILES 1
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace nnopt {
namespace {

using Floats = std::vector<float>;

// Without tiles so many rows at a time are turned into floats.
constexpr int64_t kFloatRows = 4096;

template <typename T>
void toBfloats(const T* from, Bfloat* to, int64_t count) {
  const int64_t whole = count / kLanes;
  parallel(whole, 1024, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * kLanes; i < end * kLanes; i += kLanes) store(to + i, load(from + i));
  });
  for (int64_t i = whole * kLanes; i < count; i++) put(to + i, from[i]);
}

void toFloats(const Bfloat* from, float* to, int64_t count) {
  const int64_t whole = count / kLanes;
  parallel(whole, 1024, [&](int64_t begin, int64_t end, int) {
    for (int64_t i = begin * kLanes; i < end * kLanes; i += kLanes) store(to + i, load(from + i));
  });
  for (int64_t i = whole * kLanes; i < count; i++) to[i] = toFloat(from[i]);
}

void tallByFloats(const BfloatRows& a, const Bfloat* b, bool transposed, Bfloat* y, int64_t m, int64_t k, int64_t n) {
  const int64_t block = std::min(m, kFloatRows);
  const Floats weights = floatsOf(b, k * n);
  Floats rows(block * k), results(block * n);
  std::vector<Bfloat> scratch(block * k);
  for (int64_t row = 0; row < m; row += block) {
    const int64_t count = std::min(block, m - row);
    toFloats(rowsAt(a, row, count, k, scratch.data()), rows.data(), count * k);
    multiplyTall(rows.data(), weights.data(), transposed, results.data(), count, k, n);
    toBfloats(results.data(), y + row * n, count * n);
  }
}

void transposedByFloats(const BfloatRows& a, const Bfloat* b, float* y, int64_t m, int64_t k, int64_t n) {
  const int64_t block = std::min(m, kFloatRows);
  Floats left(block * k), right(block * n), part(k * n);
  std::vector<Bfloat> scratch(block * k);
  std::fill(y, y + k * n, 0.0f);
  for (int64_t row = 0; row < m; row += block) {
    const int64_t count = std::min(block, m - row);
    toFloats(rowsAt(a, row, count, k, scratch.data()), left.data(), count * k);
    toFloats(b + row * n, right.data(), count * n);
    multiplyTransposed(left.data(), right.data(), part.data(), count, k, n);
    for (int64_t i = 0; i < k * n; i++) y[i] += part[i];
  }
}

#if defined(NNOPT_TILES)

constexpr int64_t kSide = 32;          // Rows and columns of a block of the result: two tiles by two.
constexpr int64_t kDepth = 32;         // Numbers that a product of two tiles adds up.
constexpr int64_t kTileSide = 16;
constexpr int64_t kPackedBfloats = 393216;  // Numbers of both operands that a thread packs at a time: they fit into the second-level cache.
constexpr int64_t kMostPackedRows = 2048;
// Below so many rows the threads share the result instead of the rows.
constexpr int64_t kFewRows = 4096;

inline int64_t roundUp(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

struct alignas(64) TileConfiguration {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// The tiles of this thread, in full size, until the end of a scope.
struct Tiles {
  Tiles() { const TileConfiguration configuration; asm volatile("ldtilecfg %0" ::"m"(configuration)); }
  ~Tiles() { asm volatile("tilerelease"); }
};

template <int tile>
inline void loadTile(const void* from, int64_t strideBytes) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(strideBytes), "i"(tile) : "memory");
}
template <int tile>
inline void storeTile(void* to, int64_t strideBytes) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(strideBytes), "i"(tile) : "memory");
}
template <int tile>
inline void clearTile() { asm volatile("tilezero %%tmm%c0" ::"i"(tile)); }
template <int sum, int a, int b>
inline void multiplyTiles() { asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sum), "i"(a), "i"(b)); }

// Adds a [32, depth] · b to tiles 0 to 3; b as two columns of tiles [depth / 2][16][2], `columnStride` numbers from one to the other.
inline void addBlock(const Bfloat* a, int64_t rowStride, const Bfloat* b, int64_t columnStride, int64_t depth) {
  for (int64_t d = 0; d < depth; d += kDepth) {
    loadTile<4>(a + d, rowStride * 2);
    loadTile<6>(b + d * kTileSide, 64);
    multiplyTiles<0, 4, 6>();
    loadTile<7>(b + columnStride + d * kTileSide, 64);
    multiplyTiles<1, 4, 7>();
    loadTile<5>(a + kTileSide * rowStride + d, rowStride * 2);
    multiplyTiles<2, 5, 6>();
    multiplyTiles<3, 5, 7>();
  }
}

inline void clearBlock() { clearTile<0>(), clearTile<1>(), clearTile<2>(), clearTile<3>(); }

inline void loadBlock(const float* from, int64_t stride) {
  loadTile<0>(from, stride * 4), loadTile<1>(from + kTileSide, stride * 4);
  loadTile<2>(from + kTileSide * stride, stride * 4), loadTile<3>(from + kTileSide * stride + kTileSide, stride * 4);
}

inline void storeBlock(float* to, int64_t stride) {
  storeTile<0>(to, stride * 4), storeTile<1>(to + kTileSide, stride * 4);
  storeTile<2>(to + kTileSide * stride, stride * 4), storeTile<3>(to + kTileSide * stride + kTileSide, stride * 4);
}

using Bfloats = std::vector<Bfloat>;

typedef uint16_t Pairs __attribute__((vector_size(64), aligned(2), may_alias));

// 16 numbers of two rows side by side.
inline Pairs interleave(Halves first, Halves second) {
  return __builtin_shufflevector(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// 16 columns of two rows as pairs; what lies beyond the matrix is zero.
inline Pairs pairsAt(const Bfloat* rows, int64_t stride, int64_t columns, bool hasSecond) {
  Halves first = {}, second = {};
  if (columns >= kTileSide) {
    first = *reinterpret_cast<const Halves*>(rows);
    if (hasSecond) second = *reinterpret_cast<const Halves*>(rows + stride);
  } else {
    std::memcpy(&first, rows, columns * sizeof(Bfloat));
    if (hasSecond) std::memcpy(&second, rows + stride, columns * sizeof(Bfloat));
  }
  return interleave(first, second);
}

// Columns `from` to `from + width` of b [rows, n] as columns of tiles [width / 16][block / 2][16][2]; what lies beyond the matrix is zero.
void packPairs(const Bfloat* b, int64_t rows, int64_t block, int64_t n, int64_t from, int64_t width, Bfloat* to) {
  for (int64_t i = 0; i < block; i += 2) {
    for (int64_t j = 0; j < width; j += kTileSide) {
      const int64_t column = from + j;
      *reinterpret_cast<Pairs*>(to + j * block + i * kTileSide) = i < rows && column < n ? pairsAt(b + i * n + column, n, n - column, i + 1 < rows) : Pairs{};
    }
  }
}

// 32 numbers of a row; what lies behind its end is zero.
inline __m512i wordsAt(const Bfloat* row, int64_t count) {
  if (count >= kDepth) return _mm512_loadu_si512(row);
  return count <= 0 ? _mm512_setzero_si512() : _mm512_maskz_loadu_epi16((1u << count) - 1, row);
}

// 16 rows of 16 words turned around, by 4 rounds of shuffles.
inline void transposeWords(__m512i* r) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]), t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
  for (int i = 0; i < 16; i += 4) {
    r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]), r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]), r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88), t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
    t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88), t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
  }
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88), r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
    r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88), r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
  }
}

// A matrix [k, n] (stored as [n, k] where `transposed`) as columns of tiles [width / 16][depth / 2][16][2], filled up with zeros.
Bfloats packWeights(const Bfloat* b, bool transposed, int64_t k, int64_t n, int64_t depth, int64_t width) {
  Bfloats packed(depth * width);
  parallel(width / kTileSide, 1, [&](int64_t begin, int64_t end, int) {
    for (int64_t tile = begin; tile < end; tile++) {
      const int64_t column = tile * kTileSide;
      Bfloat* to = packed.data() + column * depth;
      if (!transposed) {
        packPairs(b, k, depth, n, column, kTileSide, to);
        continue;
      }
      for (int64_t i = 0; i < depth; i += kDepth) {
        __m512i words[16];
        for (int64_t c = 0; c < kTileSide; c++) words[c] = column + c < n ? wordsAt(b + (column + c) * k + i, k - i) : _mm512_setzero_si512();
        transposeWords(words);
        for (int64_t p = 0; p < 16; p++) _mm512_storeu_si512(to + (i + 2 * p) * kTileSide, words[p]);
      }
    }
  });
  return packed;
}

void writeRow(const float* from, Bfloat* to, int64_t columns) {
  if (columns >= kSide) return store(to, load(from)), store(to + kLanes, load(from + kLanes));
  Bfloat row[kSide];
  store(row, load(from)), store(row + kLanes, load(from + kLanes));
  std::memcpy(to, row, columns * sizeof(Bfloat));
}

void tallByTiles(const BfloatRows& a, const Bfloat* b, bool transposed, Bfloat* y, int64_t m, int64_t k, int64_t n) {
  const int64_t depth = roundUp(k, kDepth), width = roundUp(n, kSide);
  const Bfloats packed = packWeights(b, transposed, k, n, depth, width);
  parallel((m + kSide - 1) / kSide, 1, [&](int64_t begin, int64_t end, int) {
    const Tiles tiles;
    Bfloats padded(kSide * depth, Bfloat{0});
    alignas(64) float sums[kSide * kSide];
    for (int64_t block = begin; block < end; block++) {
      const int64_t row = block * kSide, rows = std::min(kSide, m - row);
      const Bfloat* from = rows == kSide && depth == k ? a.inPlace(row) : nullptr;
      if (from == nullptr) a.write(row, rows, padded.data(), depth), from = padded.data();
      for (int64_t column = 0; column < n; column += kSide) {
        clearBlock();
        addBlock(from, depth, packed.data() + column * depth, depth * kTileSide, depth);
        storeBlock(sums, kSide);
        for (int64_t r = 0; r < rows; r++) writeRow(sums + r * kSide, y + (row + r) * n + column, n - column);
      }
    }
  });
}

// Columns `from` to `from + count` of a [rows, k], turned around: [count][block]; rows and columns beyond the matrix are zero.
void packTransposed(const Bfloat* a, int64_t rows, int64_t block, int64_t k, int64_t from, int64_t count, Bfloat* to) {
  for (int64_t j = 0; j < count; j += kTileSide) {
    const int64_t column = from + j;
    for (int64_t i = 0; i < block; i += kDepth) {
      __m512i words[16];
      for (int64_t p = 0; p < 16; p++) {
        const int64_t row = i + 2 * p;
        words[p] = row < rows && column < k ? reinterpret_cast<__m512i>(pairsAt(a + row * k + column, k, k - column, row + 1 < rows)) : _mm512_setzero_si512();
      }
      transposeWords(words);
      for (int64_t c = 0; c < kTileSide; c++) _mm512_storeu_si512(to + (j + c) * block + i, words[c]);
    }
  }
}

// Adds the product over rows `begin` to `end`, for `count` columns of `a`, to sums [count, width].
void addTransposed(const BfloatRows& a, const Bfloat* b, int64_t begin, int64_t end, int64_t k, int64_t n, int64_t from, int64_t count, int64_t width, float* sums) {
  const Tiles tiles;
  const int64_t most = std::clamp(kPackedBfloats / (count + width) / kDepth * kDepth, kDepth, kMostPackedRows);
  const int64_t block = std::min(most, roundUp(end - begin, kDepth));
  Bfloats left(count * block), right(width * block), scratch(block * k);
  for (int64_t row = begin; row < end; row += block) {
    const int64_t rows = std::min(block, end - row);
    packTransposed(rowsAt(a, row, rows, k, scratch.data()), rows, block, k, from, count, left.data());
    packPairs(b + row * n, rows, block, n, 0, width, right.data());
    for (int64_t j = 0; j < width; j += kSide) {
      for (int64_t i = 0; i < count; i += kSide) {
        loadBlock(sums + i * width + j, width);
        addBlock(left.data() + i * block, block, right.data() + j * block, block * kTileSide, block);
        storeBlock(sums + i * width + j, width);
      }
    }
  }
}

void transposedByTiles(const BfloatRows& a, const Bfloat* b, float* y, int64_t m, int64_t k, int64_t n) {
  const int64_t height = roundUp(k, kSide), width = roundUp(n, kSide);
  std::vector<Floats> parts(threadCount());
  if (m < kFewRows) {
    parts[0].resize(height * width);
    parallel(height / kSide, 1, [&](int64_t begin, int64_t end, int) {
      addTransposed(a, b, 0, m, k, n, begin * kSide, (end - begin) * kSide, width, parts[0].data() + begin * kSide * width);
    });
  } else {
    parallel(m, kDepth, [&](int64_t begin, int64_t end, int thread) {
      parts[thread].resize(height * width);
      addTransposed(a, b, begin, end, k, n, 0, height, width, parts[thread].data());
    });
  }
  parallel(k, kSide, [&](int64_t begin, int64_t end, int) {
    std::fill(y + begin * n, y + end * n, 0.0f);
    for (const Floats& part : parts) {
      if (part.empty()) continue;
      for (int64_t i = begin; i < end; i++) for (int64_t j = 0; j < n; j++) y[i * n + j] += part[i * width + j];
    }
  });
}

// Linux gives the tiles' registers, 8 KiB a thread, to processes that ask for them (arch/x86/include/uapi/asm/prctl.h).
bool askForTiles() {
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  constexpr unsigned kBfloatBit = 1u << 22, kTileBit = 1u << 24;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kBfloatBit) == 0 || (d & kTileBit) == 0) return false;
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

#endif

}  // namespace

bool hasBfloatTiles() {
#if defined(NNOPT_TILES)
  static const bool has = askForTiles();
  return has;
#else
  return false;
#endif
}

void multiplyTall(const BfloatRows& a, const Bfloat* b, bool transposed, Bfloat* y, int64_t m, int64_t k, int64_t n) {
#if defined(NNOPT_TILES)
  if (hasBfloatTiles()) return tallByTiles(a, b, transposed, y, m, k, n);
#endif
  tallByFloats(a, b, transposed, y, m, k, n);
}

void multiplyTransposed(const BfloatRows& a, const Bfloat* b, float* y, int64_t m, int64_t k, int64_t n) {
#if defined(NNOPT_TILES)
  if (hasBfloatTiles()) return transposedByTiles(a, b, y, m, k, n);
#endif
  transposedByFloats(a, b, y, m, k, n);
}

}  // namespace nnopt
