// A model in OpenVINO's CPU plugin, for Node. One object belongs to one thread; run() occupies it, as onnxruntime-node's does.
#include <node_api.h>
#include <openvino/c/openvino.h>

#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

void check(ov_status_e status) {
  if (status != OK) throw std::runtime_error(ov_get_last_err_msg());
}

// Sets a JavaScript exception from a C++ one.
template <typename Body>
napi_value guarded(napi_env env, Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

void checked(napi_status status) {
  if (status != napi_ok) throw std::runtime_error("unexpected argument");
}

// What is compiled for one input shape: a fixed batch lets the plugin choose its kernels.
struct Compiled {
  ov_compiled_model_t* model = nullptr;
  ov_infer_request_t* request = nullptr;
  ~Compiled() {
    if (request) ov_infer_request_free(request);
    if (model) ov_compiled_model_free(model);
  }
};

struct Session {
  ov_core_t* core = nullptr;
  ov_model_t* model = nullptr;
  std::string threads;
  std::string precision;
  std::vector<std::string> outputs;
  std::map<std::vector<int64_t>, std::unique_ptr<Compiled>> compiled;
  void close() {
    compiled.clear();
    if (model) ov_model_free(model);
    if (core) ov_core_free(core);
    model = nullptr;
    core = nullptr;
  }
  ~Session() { close(); }
};

// A batch that ends a dataset is smaller; more shapes than these mean that somebody varies them on purpose.
constexpr size_t kept_shapes = 4;

Compiled& compiled_for(Session& session, const std::vector<int64_t>& dims) {
  auto found = session.compiled.find(dims);
  if (found != session.compiled.end()) return *found->second;
  if (session.compiled.size() >= kept_shapes) session.compiled.clear();
  ov_partial_shape_t shape;
  check(ov_partial_shape_create_static(static_cast<int64_t>(dims.size()), dims.data(), &shape));
  ov_status_e reshaped = ov_model_reshape_single_input(session.model, shape);
  ov_partial_shape_free(&shape);
  check(reshaped);
  auto made = std::make_unique<Compiled>();
  // Threads that are pinned would meet those of another session on the same core.
  check(ov_core_compile_model(session.core, session.model, "CPU", 8, &made->model, "INFERENCE_NUM_THREADS", session.threads.c_str(), "NUM_STREAMS", "1",
                              "ENABLE_CPU_PINNING", "NO", "INFERENCE_PRECISION_HINT", session.precision.c_str()));
  check(ov_compiled_model_create_infer_request(made->model, &made->request));
  return *(session.compiled[dims] = std::move(made));
}

std::string text(napi_env env, napi_value value) {
  size_t length = 0;
  checked(napi_get_value_string_utf8(env, value, nullptr, 0, &length));
  std::string result(length, '\0');
  checked(napi_get_value_string_utf8(env, value, &result[0], length + 1, &length));
  return result;
}

napi_value string_of(napi_env env, const std::string& value) {
  napi_value result;
  checked(napi_create_string_utf8(env, value.c_str(), value.size(), &result));
  return result;
}

std::vector<napi_value> arguments(napi_env env, napi_callback_info info, size_t count) {
  std::vector<napi_value> values(count);
  checked(napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr));
  return values;
}

Session& session_of(napi_env env, napi_value value) {
  void* data = nullptr;
  checked(napi_get_value_external(env, value, &data));
  Session& session = *static_cast<Session*>(data);
  if (!session.model) throw std::runtime_error("the session is released");
  return session;
}

void read_outputs(Session& session) {
  size_t count = 0;
  check(ov_model_outputs_size(session.model, &count));
  for (size_t index = 0; index < count; index++) {
    ov_output_const_port_t* port = nullptr;
    check(ov_model_const_output_by_index(session.model, index, &port));
    char* name = nullptr;
    ov_status_e status = ov_port_get_any_name(port, &name);
    ov_output_const_port_free(port);
    check(status);
    session.outputs.emplace_back(name);
    ov_free(name);
  }
}

// create(path, threads, precision): precision is "f32" or "bf16", for layers that are not int8.
napi_value create(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto values = arguments(env, info, 3);
    auto session = std::make_unique<Session>();
    int32_t threads = 0;
    checked(napi_get_value_int32(env, values[1], &threads));
    session->threads = std::to_string(threads);
    session->precision = text(env, values[2]);
    check(ov_core_create(&session->core));
    check(ov_core_read_model(session->core, text(env, values[0]).c_str(), nullptr, &session->model));
    read_outputs(*session);
    napi_value result;
    checked(napi_create_external(env, session.get(), [](napi_env, void* data, void*) { delete static_cast<Session*>(data); }, nullptr, &result));
    session.release();
    return result;
  });
}

napi_value outputs(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    Session& session = session_of(env, arguments(env, info, 1)[0]);
    napi_value result;
    checked(napi_create_array(env, &result));
    for (uint32_t index = 0; index < session.outputs.size(); index++) checked(napi_set_element(env, result, index, string_of(env, session.outputs[index])));
    return result;
  });
}

napi_value output_of(napi_env env, Session& session, ov_infer_request_t* request, size_t index) {
  ov_tensor_t* tensor = nullptr;
  check(ov_infer_request_get_output_tensor_by_index(request, index, &tensor));
  std::unique_ptr<ov_tensor_t, decltype(&ov_tensor_free)> owner(tensor, ov_tensor_free);
  ov_element_type_e type;
  check(ov_tensor_get_element_type(tensor, &type));
  if (type != F32) throw std::runtime_error("output '" + session.outputs[index] + "': expected float32 numbers");
  size_t bytes = 0;
  void* source = nullptr;
  ov_shape_t shape;
  check(ov_tensor_get_byte_size(tensor, &bytes));
  check(ov_tensor_data(tensor, &source));
  check(ov_tensor_get_shape(tensor, &shape));
  napi_value result, dims, buffer, data, dim;
  void* target = nullptr;
  checked(napi_create_object(env, &result));
  checked(napi_create_array(env, &dims));
  for (int64_t axis = 0; axis < shape.rank; axis++) {
    checked(napi_create_int64(env, shape.dims[axis], &dim));
    checked(napi_set_element(env, dims, static_cast<uint32_t>(axis), dim));
  }
  ov_shape_free(&shape);
  checked(napi_create_arraybuffer(env, bytes, &target, &buffer));
  std::memcpy(target, source, bytes);
  checked(napi_create_typedarray(env, napi_float32_array, bytes / sizeof(float), buffer, 0, &data));
  checked(napi_set_named_property(env, result, "name", string_of(env, session.outputs[index])));
  checked(napi_set_named_property(env, result, "shape", dims));
  checked(napi_set_named_property(env, result, "data", data));
  return result;
}

std::vector<int64_t> dims_of(napi_env env, napi_value value) {
  uint32_t rank = 0;
  checked(napi_get_array_length(env, value, &rank));
  std::vector<int64_t> dims(rank);
  for (uint32_t axis = 0; axis < rank; axis++) {
    napi_value dim;
    checked(napi_get_element(env, value, axis, &dim));
    checked(napi_get_value_int64(env, dim, &dims[axis]));
  }
  return dims;
}

// run(session, Float32Array, shape): the images are read where they lie.
napi_value run(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    auto values = arguments(env, info, 3);
    Session& session = session_of(env, values[0]);
    napi_typedarray_type type;
    size_t length = 0;
    void* images = nullptr;
    checked(napi_get_typedarray_info(env, values[1], &type, &length, &images, nullptr, nullptr));
    std::vector<int64_t> dims = dims_of(env, values[2]);
    size_t wanted = 1;
    for (int64_t dim : dims) wanted *= static_cast<size_t>(dim);
    if (type != napi_float32_array || wanted != length) throw std::runtime_error("expected as many float32 numbers as the shape says");
    Compiled& compiled = compiled_for(session, dims);
    ov_shape_t shape{static_cast<int64_t>(dims.size()), dims.data()};
    ov_tensor_t* tensor = nullptr;
    check(ov_tensor_create_from_host_ptr(F32, shape, images, &tensor));
    std::unique_ptr<ov_tensor_t, decltype(&ov_tensor_free)> owner(tensor, ov_tensor_free);
    check(ov_infer_request_set_input_tensor(compiled.request, tensor));
    check(ov_infer_request_infer(compiled.request));
    napi_value result;
    checked(napi_create_array(env, &result));
    for (size_t index = 0; index < session.outputs.size(); index++) checked(napi_set_element(env, result, static_cast<uint32_t>(index), output_of(env, session, compiled.request, index)));
    return result;
  });
}

napi_value release(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    session_of(env, arguments(env, info, 1)[0]).close();
    return nullptr;
  });
}

napi_value version(napi_env env, napi_callback_info) {
  return guarded(env, [&] {
    ov_version_t found;
    check(ov_get_openvino_version(&found));
    napi_value result = string_of(env, found.buildNumber);
    ov_version_free(&found);
    return result;
  });
}

napi_value init(napi_env env, napi_value exports) {
  const napi_property_descriptor methods[] = {
      {"create", nullptr, create, nullptr, nullptr, nullptr, napi_enumerable, nullptr},   {"outputs", nullptr, outputs, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"run", nullptr, run, nullptr, nullptr, nullptr, napi_enumerable, nullptr},         {"release", nullptr, release, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"version", nullptr, version, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof(methods) / sizeof(methods[0]), methods);
  return exports;
}

}  // namespace

NAPI_MODULE(nnopt_openvino, init)
