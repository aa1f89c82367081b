// One vector out of many tensors and back.
#include <algorithm>
#include "kernel.h"

namespace nnopt {
namespace {

struct Piece {
  const float* from;
  float* to;
  int64_t size;
};

// The pieces are shared out by their elements, so that a large one keeps no thread waiting.
void copyAll(const std::vector<Piece>& pieces) {
  constexpr int64_t grain = 65536;
  int64_t total = 0;
  for (const Piece& piece : pieces) total += piece.size;
  parallel(total, grain, [&](int64_t begin, int64_t end, int) {
    int64_t start = 0;
    for (const Piece& piece : pieces) {
      const int64_t first = std::max<int64_t>(0, begin - start), last = std::min(piece.size, end - start);
      if (first < last) std::copy(piece.from + first, piece.from + last, piece.to + first);
      start += piece.size;
    }
  });
}

// tensors of any shapes -> flat
void flatten(void*, TF_OpKernelContext* context) {
  std::vector<Input> inputs;
  int64_t size = 0;
  for (int i = 0; i < TF_NumInputs(context); i++) {
    inputs.emplace_back(context, i);
    size += inputs.back().size();
  }
  float* flat = output(context, 0, {size});
  if (flat == nullptr) return;
  std::vector<Piece> pieces;
  for (const Input& input : inputs) {
    pieces.push_back({input.floats(), flat, input.size()});
    flat += input.size();
  }
  copyAll(pieces);
}

// flat, shapes (the rank of each tensor and its sizes, one tensor after the other) -> tensors
void split(void*, TF_OpKernelContext* context) {
  const Input flat(context, 0), shapes(context, 1);
  const float* from = flat.floats();
  const int32_t* numbers = shapes.integers();
  std::vector<Piece> pieces;
  for (int i = 0; i < TF_NumOutputs(context); i++) {
    const int rank = *numbers++;
    const std::vector<int64_t> shape(numbers, numbers + rank);
    numbers += rank;
    int64_t size = 1;
    for (int64_t length : shape) size *= length;
    float* to = output(context, i, shape);
    if (to == nullptr) return;
    pieces.push_back({from, to, size});
    from += size;
  }
  copyAll(pieces);
}

}  // namespace

void registerFlat() {
  registerOperation("NNOptFlatten", {"tensors: count * float"}, {"flat: float"}, {"count: int"}, nullptr, flatten, nullptr);
  registerOperation("NNOptSplit", {"flat: float", "shapes: int32"}, {"tensors: count * float"}, {"count: int"}, nullptr, split, nullptr);
}

}  // namespace nnopt
