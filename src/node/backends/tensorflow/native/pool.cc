// A pool of threads as small as these kernels need: one call at a time, a short spin before sleeping.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include "kernel.h"

namespace nnopt {
namespace {

constexpr int kSpins = 2000;
constexpr int kPartsPerThread = 4;

class Pool {
 public:
  Pool() : size_(std::max(1u, std::thread::hardware_concurrency())) {
    for (int i = 1; i < size_; i++) std::thread([this, i] { work(i); }).detach();
  }
  int size() const { return size_; }

  void run(const std::function<void(int)>& task) {
    std::unique_lock<std::mutex> only(caller_, std::try_to_lock);
    if (!only.owns_lock()) {  // Another thread computes: this one does all parts itself.
      for (int i = 0; i < size_; i++) task(i);
      return;
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      task_ = &task;
      left_.store(size_ - 1);
      generation_.fetch_add(1);
    }
    wake_.notify_all();
    task(0);
    for (int i = 0; i < kSpins && left_.load(std::memory_order_acquire) != 0; i++) pause();
    while (left_.load(std::memory_order_acquire) != 0) std::this_thread::yield();
  }

 private:
  void work(int index) {
    int64_t seen = 0;
    for (;;) {
      for (int i = 0; i < kSpins && generation_.load(std::memory_order_acquire) == seen; i++) pause();
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return generation_.load() != seen; });
        seen = generation_.load();
      }
      (*task_)(index);
      left_.fetch_sub(1, std::memory_order_release);
    }
  }
  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  const int size_;
  std::mutex caller_, mutex_;
  std::condition_variable wake_;
  std::atomic<int64_t> generation_{0};
  std::atomic<int> left_{0};
  const std::function<void(int)>* task_ = nullptr;
};

Pool& pool() {
  static Pool* instance = new Pool();  // Its threads outlive static destructors.
  return *instance;
}

}  // namespace

int threadCount() { return pool().size(); }

void parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t, int)>& body) {
  const int64_t parts = std::min<int64_t>(pool().size(), count / std::max<int64_t>(1, grain));
  if (parts <= 1) {
    body(0, count, 0);
    return fence();
  }
  pool().run([&](int index) {
    if (index >= parts) return;
    body(count * index / parts, count * (index + 1) / parts, index);
    fence();
  });
}

void shareOut(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  const int64_t parts = std::min<int64_t>(pool().size() * kPartsPerThread, count / std::max<int64_t>(1, grain));
  if (parts <= 1 || pool().size() == 1) {
    body(0, count);
    return fence();
  }
  std::atomic<int64_t> next{0};
  pool().run([&](int) {
    for (int64_t part = next.fetch_add(1); part < parts; part = next.fetch_add(1)) body(count * part / parts, count * (part + 1) / parts);
    fence();
  });
}

}  // namespace nnopt
