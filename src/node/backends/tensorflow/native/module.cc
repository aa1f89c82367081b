// An addon for Node without functions: loading it registers the operations with TensorFlow, once a process.
#include <mutex>
#include <node_api.h>
#include "kernel.h"

NAPI_MODULE_INIT() {
  static std::once_flag registered;
  std::call_once(registered, [] {
    nnopt::registerBatchNorm();
    nnopt::registerActivation();
    nnopt::registerConv();
    nnopt::registerDepthwise();
    nnopt::registerFakeQuant();
    nnopt::registerPointwise();
    nnopt::registerFlat();
    nnopt::registerOptimizers();
  });
  return exports;
}
