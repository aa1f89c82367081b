#include "kernel.h"
#include <string>

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

void* outputOf(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape, TF_DataType type) {
  Status status;
  size_t bytes = TF_DataTypeSize(type);
  for (int64_t size : shape) bytes *= static_cast<size_t>(size);
  TF_Tensor* tensor = TF_AllocateOutput(context, index, type, shape.data(), static_cast<int>(shape.size()), bytes, status);
  if (TF_GetCode(status) != TF_OK) {
    TF_OpKernelContext_Failure(context, status);
    return nullptr;
  }
  void* data = TF_TensorData(tensor);
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

namespace {

void define(const char* name, Names inputs, Names outputs, Names attributes, bool typed) {
  Status status;
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  if (typed) TF_OpDefinitionBuilderAddAttr(definition, "T: {float, bfloat16}");
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, unknownShape);
  TF_RegisterOpDefinition(definition, status);
}

}  // namespace

void registerOperation(const char* name, Names inputs, Names outputs, Names attributes, Create create, Compute compute, Delete destroy) {
  define(name, inputs, outputs, attributes, false);
  Status status;
  TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status);
}

void registerOperation(const char* name, Names inputs, Names outputs, Names attributes, Create create, Compute floats, Compute bfloats, Delete destroy) {
  define(name, inputs, outputs, attributes, true);
  for (const TF_DataType type : {TF_FLOAT, TF_BFLOAT16}) {
    Status status;
    TF_KernelBuilder* builder = TF_NewKernelBuilder(name, "CPU", create, type == TF_FLOAT ? floats : bfloats, destroy);
    TF_KernelBuilder_TypeConstraint(builder, "T", type, status);
    TF_RegisterKernelBuilder(type == TF_FLOAT ? name : (std::string(name) + "Bfloat").c_str(), builder, status);
  }
}

}  // namespace nnopt
