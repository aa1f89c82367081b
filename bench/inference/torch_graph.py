"""A torch.fx module with the weights of an ONNX classifier: the operators of plain convolutional networks."""
import onnx
import torch
from onnx import numpy_helper
from torch import fx, nn


def read(path):
    graph = onnx.load(path).graph
    tensors = {each.name: torch.from_numpy(numpy_helper.to_array(each).copy()) for each in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant":
            tensors[node.output[0]] = torch.from_numpy(numpy_helper.to_array(node.attribute[0].t).copy())
    root, made, values = nn.Module(), fx.Graph(), {}
    values[graph.input[0].name] = made.placeholder("x")

    def module(name, layer, *inputs):
        root.add_module(name, layer)
        return made.call_module(name, tuple(values[each] for each in inputs))

    for index, node in enumerate(node for node in graph.node if node.op_type != "Constant"):
        attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        values[node.output[0]] = convert(f"n{index}_{node.op_type}", node, attributes, tensors, values, made, module)
    made.output(values[graph.output[0].name])
    return fx.GraphModule(root, made).eval()


def convert(name, node, attributes, tensors, values, made, module):
    inputs, op = node.input, node.op_type
    if op == "Conv":
        return module(name, convolution(inputs, attributes, tensors), inputs[0])
    if op == "BatchNormalization":
        return module(name, norm(inputs, attributes, tensors), inputs[0])
    if op == "Clip":
        low, high = (float(tensors[inputs[1]]), float(tensors[inputs[2]])) if len(inputs) > 1 else (attributes["min"], attributes["max"])
        return module(name, nn.ReLU6() if (low, high) == (0.0, 6.0) else nn.Hardtanh(low, high), inputs[0])
    if op == "Relu":
        return module(name, nn.ReLU(), inputs[0])
    if op == "HardSwish":
        return module(name, nn.Hardswish(), inputs[0])
    if op == "HardSigmoid":
        return module(name, nn.Hardsigmoid(), inputs[0])
    if op == "Add":
        return made.call_function(torch.add, (values[inputs[0]], values[inputs[1]]))
    if op == "Mul":
        return made.call_function(torch.mul, (values[inputs[0]], values[inputs[1]]))
    if op in ("GlobalAveragePool", "ReduceMean"):
        pooled = module(name, nn.AdaptiveAvgPool2d(1), inputs[0])
        return pooled if op == "GlobalAveragePool" or attributes.get("keepdims", 1) else made.call_function(torch.flatten, (pooled, 1))
    if op in ("Flatten", "Reshape"):
        return made.call_function(torch.flatten, (values[inputs[0]], 1))
    if op == "Identity":
        return values[inputs[0]]
    if op == "Gemm":
        return module(name, linear(inputs, attributes, tensors), inputs[0])
    raise ValueError(f"operator {op}: expected one of a plain convolutional network")


def convolution(inputs, attributes, tensors):
    weight = tensors[inputs[1]]
    group = attributes.get("group", 1)
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    if (top, left) != (bottom, right):
        raise ValueError(f"pads {attributes['pads']}: expected the same on both sides")
    layer = nn.Conv2d(weight.shape[1] * group, weight.shape[0], tuple(weight.shape[2:]), tuple(attributes.get("strides", [1, 1])), (top, left), tuple(attributes.get("dilations", [1, 1])), group, len(inputs) > 2)
    layer.weight.data = weight
    if len(inputs) > 2:
        layer.bias.data = tensors[inputs[2]]
    return layer


def norm(inputs, attributes, tensors):
    scale, bias, mean, variance = (tensors[each] for each in inputs[1:5])
    layer = nn.BatchNorm2d(len(scale), attributes.get("epsilon", 1e-5))
    layer.weight.data, layer.bias.data, layer.running_mean, layer.running_var = scale, bias, mean, variance
    return layer


def linear(inputs, attributes, tensors):
    weight = tensors[inputs[1]] if attributes.get("transB", 0) else tensors[inputs[1]].T.contiguous()
    layer = nn.Linear(weight.shape[1], weight.shape[0], len(inputs) > 2)
    layer.weight.data = weight
    if len(inputs) > 2:
        layer.bias.data = tensors[inputs[2]]
    return layer
