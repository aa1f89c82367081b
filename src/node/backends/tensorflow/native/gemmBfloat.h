// The products of gemm.h in bfloat16, added up in float: by matrix tiles where the CPU has them (AMX), else as products of floats.
#pragma once
#include "bfloat.h"

namespace nnopt {

// Whether this CPU multiplies bfloat16 by matrix tiles and the system lets this process use them.
bool hasBfloatTiles();

// The rows of a matrix [m, k], or of the patches of a convolution that a product of matrices reads.
class BfloatRows {
 public:
  virtual ~BfloatRows() = default;
  // `count` rows from `row` on, `stride` numbers from one to the next.
  virtual void write(int64_t row, int64_t count, Bfloat* to, int64_t stride) const = 0;
  // Where the rows lie one after the other; null where they do not.
  virtual const Bfloat* inPlace(int64_t) const { return nullptr; }
};

class MatrixRows : public BfloatRows {
 public:
  MatrixRows(const Bfloat* values, int64_t columns) : values_(values), columns_(columns) {}
  void write(int64_t row, int64_t count, Bfloat* to, int64_t stride) const override {
    for (int64_t r = 0; r < count; r++) std::memcpy(to + r * stride, inPlace(row + r), columns_ * sizeof(Bfloat));
  }
  const Bfloat* inPlace(int64_t row) const override { return values_ + row * columns_; }

 private:
  const Bfloat* values_;
  const int64_t columns_;
};

// `count` rows of k numbers, one after the other: in place, or in `scratch`.
inline const Bfloat* rowsAt(const BfloatRows& a, int64_t row, int64_t count, int64_t k, Bfloat* scratch) {
  if (const Bfloat* rows = a.inPlace(row)) return rows;
  a.write(row, count, scratch, k);
  return scratch;
}

// y [m, n] = a [m, k] · b [k, n]; `transposed`: b is stored as [n, k].
void multiplyTall(const BfloatRows& a, const Bfloat* b, bool transposed, Bfloat* y, int64_t m, int64_t k, int64_t n);

// y [k, n] = aᵀ · b of a [m, k] and b [m, n].
void multiplyTransposed(const BfloatRows& a, const Bfloat* b, float* y, int64_t m, int64_t k, int64_t n);

inline void multiplyTall(const Bfloat* a, const Bfloat* b, bool transposed, Bfloat* y, int64_t m, int64_t k, int64_t n) {
  multiplyTall(MatrixRows(a, k), b, transposed, y, m, k, n);
}
inline void multiplyTransposed(const Bfloat* a, const Bfloat* b, float* y, int64_t m, int64_t k, int64_t n) {
  multiplyTransposed(MatrixRows(a, k), b, y, m, k, n);
}

}  // namespace nnopt
