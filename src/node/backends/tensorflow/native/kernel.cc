#include "kernel.h"

namespace nnopt {
namespace {

// A status that is freed, and that reports into the context it belongs to.
struct Status {
  TF_Status* status = TF_NewStatus();
  ~Status() { TF_DeleteStatus(status); }
  operator TF_Status*() const { return status; }
};

void unknownShape(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

}  // namespace

Input::Input(TF_OpKernelContext* context, int index) {
  Status status;
  TF_GetInput(context, index, &tensor_, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelContext_Failure(context, status);
}

Input::~Input() {
  if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
}

std::vector<int64_t> Input::shape() const {
  std::vector<int64_t> result(rank());
  for (int axis = 0; axis < rank(); axis++) result[axis] = dim(axis);
  return result;
}

float* output(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape) {
  Status status;
  size_t bytes = sizeof(float);
  for (int64_t size : shape) bytes *= static_cast<size_t>(size);
  TF_Tensor* tensor = TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status);
  if (TF_GetCode(status) != TF_OK) {
    TF_OpKernelContext_Failure(context, status);
    return nullptr;
  }
  float* data = static_cast<float*>(TF_TensorData(tensor));
  TF_DeleteTensor(tensor);  // The context holds it.
  return data;
}

int64_t integerAttribute(TF_OpKernelConstruction* construction, const char* name) {
  Status status;
  int64_t value = 0;
  TF_OpKernelConstruction_GetAttrInt64(construction, name, &value, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  return value;
}

float floatAttribute(TF_OpKernelConstruction* construction, const char* name) {
  Status status;
  float value = 0;
  TF_OpKernelConstruction_GetAttrFloat(construction, name, &value, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  return value;
}

std::vector<int64_t> integersAttribute(TF_OpKernelConstruction* construction, const char* name, int count) {
  Status status;
  std::vector<int64_t> values(count);
  TF_OpKernelConstruction_GetAttrInt64List(construction, name, values.data(), count, status);
  if (TF_GetCode(status) != TF_OK) TF_OpKernelConstruction_Failure(construction, status);
  return values;
}

void registerOperation(const char* name, Names inputs, Names outputs, Names attributes, Create create, Compute compute, Delete destroy) {
  Status status;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, unknownShape);
  TF_RegisterOpDefinition(definition, status);
  TF_KernelBuilder* builder = TF_NewKernelBuilder(name, "CPU", create, compute, destroy);
  TF_RegisterKernelBuilder(name, builder, status);
}

}  // namespace nnopt
