"""Writes the small ONNX models of test/golden/onnx with the logits that onnxruntime computes for them.

Usage: python onnx_corpus.py test/golden/onnx
Made with Python 3.11, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6. Seed: 7. Images: sin(0.37 · i) for element i of [2, 3, 9, 8].
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

SHAPE = [2, 3, 9, 8]
rng = np.random.default_rng(7)
cases = {}


def weights(*shape, scale=0.5):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def ints(*values):
    return np.array(values, dtype=np.int64)


def f32(*values):
    return np.array(values, dtype=np.float32)


def node(op, inputs, outputs, name='', domain='', **attributes):
    return helper.make_node(op, inputs.split(' ') if inputs else [], outputs.split(' '), name=name, domain=domain, **attributes)


def model(nodes, constants=None, opset=17, flatten=True, batch='batch', ir=8, constants_as_inputs=False, functions=(), tensors=(), domains=(), shape=None, dtype=TensorProto.FLOAT):
    """The nodes read 'x' and write 'y' (flattened to [N, K]), or write 'logits' themselves."""
    nodes = [*nodes, node('Flatten', 'y', 'logits')] if flatten else nodes
    initializers = [numpy_helper.from_array(value, name) for name, value in (constants or {}).items()] + list(tensors)
    inputs = [helper.make_tensor_value_info('x', dtype, shape or [batch, *SHAPE[1:]])]
    if constants_as_inputs:
        inputs += [helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)) for tensor in initializers]
    graph = helper.make_graph(nodes, 'corpus', inputs, [helper.make_tensor_value_info('logits', TensorProto.FLOAT, [batch, 'classes'])], initializers)
    opsets = [helper.make_opsetid('', opset), *(helper.make_opsetid(domain, 1) for domain in domains)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=ir, functions=list(functions), producer_name='corpus')


def case(name, *args, external=False, executor=True, **kwargs):
    cases[name] = (model(*args, **kwargs), external, executor)


def convolutions():
    for pad in ['SAME_UPPER', 'SAME_LOWER', 'VALID']:
        case(f'conv-{pad.lower().replace("_", "-")}', [node('Conv', 'x w', 'y', auto_pad=pad, strides=[2, 2], kernel_shape=[3, 4])], {'w': weights(4, 3, 3, 4)})
    case('conv-asymmetric-pads', [node('Conv', 'x w b', 'y', pads=[1, 0, 2, 3])], {'w': weights(4, 3, 3, 3), 'b': weights(4)})
    case('conv-dilated-strided', [node('Conv', 'x w', 'y', pads=[2, 2, 2, 2], dilations=[2, 2], strides=[2, 2])], {'w': weights(4, 3, 3, 3)})
    case('conv-grouped', [node('Conv', 'x w0', 'a'), node('Conv', 'a w b', 'y', group=2, pads=[1, 1, 1, 1])], {'w0': weights(4, 3, 1, 1), 'w': weights(6, 2, 3, 3), 'b': weights(6)})
    case('conv-depthwise-multiplier', [node('Conv', 'x w', 'y', group=3, pads=[1, 1, 1, 1], strides=[2, 1])], {'w': weights(6, 1, 3, 3)})
    case('conv-pointwise-strided', [node('Conv', 'x w', 'y', strides=[2, 2])], {'w': weights(5, 3, 1, 1)})
    case('batch-norm-9', [node('BatchNormalization', 'x s b m v', 'y', epsilon=1e-3, momentum=0.8)], {'s': weights(3), 'b': weights(3), 'm': weights(3), 'v': np.abs(weights(3)) + 0.5}, opset=9)
    case('batch-norm-rank-2', [node('GlobalAveragePool', 'x', 'p'), node('Flatten', 'p', 'f'), node('BatchNormalization', 'f s b m v', 'logits')],
         {'s': weights(3), 'b': weights(3), 'm': weights(3), 'v': np.abs(weights(3)) + 0.5}, flatten=False, opset=15)


def activations():
    case('clip-attributes-9', [node('Clip', 'x', 'y', min=-0.25, max=0.5)], opset=9)
    case('clip-open-bounds', [node('Clip', 'x lo', 'a'), node('Clip', 'a  hi', 'y')], {'lo': np.float32(-0.5), 'hi': np.float32(0.6)})
    case('relu6-by-constants', [node('Constant', '', 'lo', value_float=0.0), node('Constant', '', 'hi', value_float=6.0), node('Mul', 'x k', 'a'), node('Clip', 'a lo hi', 'y')], {'k': f32(9)}, opset=13)
    case('leaky-relu', [node('LeakyRelu', 'x', 'a'), node('LeakyRelu', 'a', 'y', alpha=0.3)])
    case('prelu-by-channel', [node('PRelu', 'x s', 'y')], {'s': weights(3, 1, 1)})
    case('prelu-shared', [node('PRelu', 'x s', 'y')], {'s': f32(0.2)})
    case('hard-sigmoid', [node('HardSigmoid', 'x', 'a'), node('Mul', 'a x', 'b'), node('HardSigmoid', 'b', 'y', alpha=1 / 6, beta=0.4)])
    case('hard-swish', [node('Mul', 'x k', 'a'), node('HardSwish', 'a', 'y')], {'k': f32(5)})
    case('swish-tanh', [node('Sigmoid', 'x', 's'), node('Mul', 'x s', 'a'), node('Tanh', 'a', 'y')])
    case('softmax-11', [node('GlobalAveragePool', 'x', 'p'), node('Flatten', 'p', 'f'), node('Softmax', 'f', 'logits')], flatten=False, opset=11)
    case('softmax-11-rank-4', [node('GlobalAveragePool', 'x', 'p'), node('Softmax', 'p', 'y')], opset=11)
    case('softmax-13', [node('ReduceMean', 'x', 'f', axes=[2, 3], keepdims=0), node('Softmax', 'f', 'logits', axis=1)], flatten=False, opset=13)
    case('softmax-channels-13', [node('Softmax', 'x', 'y', axis=1)], opset=13)
    case('lrn', [node('Conv', 'x w', 'a'), node('LRN', 'a', 'y', size=3, alpha=0.5, beta=0.6, bias=1.5)], {'w': weights(6, 3, 1, 1, scale=2)})


def pooling():
    case('max-pool-ceil', [node('MaxPool', 'x', 'y', kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], opset=10)
    case('max-pool-pads', [node('MaxPool', 'x', 'y', kernel_shape=[3, 2], strides=[2, 3], pads=[1, 0, 0, 1])], opset=12)
    case('max-pool-ceil-pads', [node('MaxPool', 'x', 'y', kernel_shape=[2, 2], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1)], opset=17)
    case('max-pool-same', [node('MaxPool', 'x', 'y', kernel_shape=[3, 3], strides=[2, 2], auto_pad='SAME_LOWER')])
    case('average-pool', [node('AveragePool', 'x', 'y', kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])])
    case('average-pool-count-pad', [node('AveragePool', 'x', 'y', kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)], opset=11)
    case('average-pool-ceil', [node('AveragePool', 'x', 'y', kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], opset=19)
    case('average-pool-ceil-count-pad', [node('AveragePool', 'x', 'y', kernel_shape=[3, 3], strides=[3, 3], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1)], opset=19)
    case('average-pool-same', [node('AveragePool', 'x', 'y', kernel_shape=[2, 3], strides=[2, 2], auto_pad='SAME_UPPER')])
    for name, axes, keep in [('plane', [2, 3], 1), ('plane-dropped', [-1, -2], 0), ('channels', [1], 0), ('width', [3], 0), ('height-kept', [-2], 1)]:
        case(f'reduce-mean-{name}', [node('ReduceMean', 'x', 'y', axes=axes, keepdims=keep)], opset=13)
    case('reduce-mean-18', [node('ReduceMean', 'x axes', 'y', keepdims=0, noop_with_empty_axes=0)], {'axes': ints(-1, -2)}, opset=18)
    case('global-average-pool', [node('GlobalAveragePool', 'x', 'y')], opset=9)


def shapes():
    split = [node('Mul', 'a a', 'c'), node('Concat', 'c b', 'y', axis=1)]
    case('split-11', [node('Split', 'x', 'a b', axis=1, split=[1, 2]), *split], opset=11)
    case('split-13', [node('Split', 'x sizes', 'a b', axis=-3), *split], {'sizes': ints(2, 1)}, opset=13)
    case('split-18-uneven', [node('Split', 'x', 'a b', axis=1, num_outputs=2), *split], opset=18)
    case('split-rows', [node('Split', 'x', 'a b c', axis=2), node('Add', 'a c', 'd'), node('Concat', 'd b', 'y', axis=-2)], opset=13)
    case('slice-9', [node('Slice', 'x', 'y', starts=[0, 1], ends=[2, 2 ** 31 - 1], axes=[1, 3])], opset=9)
    case('slice-steps', [node('Slice', 'x starts ends axes steps', 'y')], {'starts': ints(-3, 1), 'ends': ints(2 ** 63 - 1, -1), 'axes': ints(1, -2), 'steps': ints(2, 3)}, opset=13)
    case('slice-no-axes', [node('Slice', 'x starts ends', 'y')], {'starts': ints(0, 1, 2, 0), 'ends': ints(99, 3, 9, 5)}, opset=11)
    case('pad-9', [node('Pad', 'x', 'y', pads=[0, 1, 2, 0, 0, 0, 1, 3], mode='constant', value=0.5)], opset=9)
    case('pad-13', [node('Pad', 'x pads value', 'a'), node('Conv', 'a w', 'y')], {'pads': ints(0, 0, 1, 1, 0, 0, 1, 1), 'value': np.float32(-1), 'w': weights(2, 3, 3, 3)}, opset=13)
    case('pad-18-axes', [node('Pad', 'x pads  axes', 'y')], {'pads': ints(1, 2, 0, 1), 'axes': ints(2, -1)}, opset=18)
    case('pad-reflect', [node('Pad', 'x pads', 'y', mode='reflect')], {'pads': ints(0, 0, 2, 1, 0, 0, 1, 2)}, opset=13)
    case('concat-rank-2', [node('GlobalAveragePool', 'x', 'p'), node('Flatten', 'p', 'f'), node('Mul', 'f f', 'g'), node('Concat', 'f g', 'logits', axis=1)], flatten=False)
    case('squeeze-unsqueeze-11', [node('GlobalAveragePool', 'x', 'p'), node('Squeeze', 'p', 's', axes=[2, 3]), node('Unsqueeze', 's', 'u', axes=[2, 3]), node('Mul', 'x u', 'y')], opset=11)
    case('squeeze-unsqueeze-13', [node('GlobalAveragePool', 'x', 'p'), node('Squeeze', 'p axes', 's'), node('Unsqueeze', 's axes', 'u'), node('Mul', 'u x', 'y')], {'axes': ints(-1, -2)}, opset=13)
    case('flatten-axes', [node('Flatten', 'x', 'a', axis=-3), node('Flatten', 'a', 'logits', axis=1)], flatten=False, opset=11)
    case('transpose-flatten', [node('Transpose', 'x', 'y', perm=[0, 2, 3, 1])])
    case('reshape-plain', [node('Conv', 'x w', 'a'), node('Reshape', 'a shape', 'logits')], {'w': weights(2, 3, 3, 3), 'shape': ints(0, -1)}, flatten=False)
    case('reshape-allowzero', [node('Reshape', 'x shape', 'logits', allowzero=1)], {'shape': ints(-1, 216)}, flatten=False)
    size = SHAPE[2:]
    shuffle = [node('Conv', 'x w', 'a'), node('Shape', 'a', 's'), node('Constant', '', 'zero', value=numpy_helper.from_array(np.int64(0))), node('Gather', 's zero', 'n', axis=0), node('Unsqueeze', 'n', 'n1', axes=[0])]
    case('channel-shuffle-chain', [
        *shuffle, node('Concat', 'n1 groups', 'shape', axis=0), node('Reshape', 'a shape', 'b'), node('Transpose', 'b', 'c', perm=[0, 2, 1, 3, 4]),
        node('Concat', 'n1 joined', 'back', axis=0), node('Reshape', 'c back', 'd'), node('Conv', 'd w2', 'y')],
        {'w': weights(6, 3, 1, 1), 'w2': weights(2, 6, 1, 1), 'groups': ints(2, 3, *size), 'joined': ints(6, *size)}, opset=11)
    case('shape-chain-merged', [  # the batch in a product: [N · 3, H, W] and back
        node('Shape', 'x', 's'), node('Slice', 's a0 a2', 'nc'), node('Slice', 's a2 a4', 'hw'), node('Gather', 'nc i0', 'n'), node('Gather', 'nc i1', 'c'), node('Mul', 'n c', 'm'),
        node('Unsqueeze', 'm a0', 'm1'), node('Concat', 'm1 hw', 'flat', axis=0), node('Reshape', 'x flat', 'a'), node('Cast', 's', 'sf', to=TensorProto.FLOAT), node('Cast', 'sf', 'si', to=TensorProto.INT64),
        node('Reshape', 'a si', 'y')], {'a0': ints(0), 'a2': ints(2), 'a4': ints(4), 'i0': np.int64(0), 'i1': np.int64(1)}, opset=13)
    case('shape-15-start-end', [node('Shape', 'x', 's', start=0, end=1), node('Concat', 's rest', 'shape', axis=0), node('Reshape', 'x shape', 'logits')], {'rest': ints(-1)}, flatten=False, opset=15)
    case('constant-of-shape-expand', [node('ConstantOfShape', 'cs', 'ones', value=helper.make_tensor('v', TensorProto.FLOAT, [1], [1.5])), node('Expand', 'k target', 'e'), node('Mul', 'ones e', 'm'), node('Mul', 'x m', 'y')],
         {'cs': ints(3, 1, 1), 'k': f32(2), 'target': ints(3, 1, 1)})


    case('gather-channels', [node('Gather', 'x order', 'y', axis=1)], {'order': ints(2, 0, -2, 2)})
    case('gather-single', [  # the input transform of GoogLeNet
        node('Gather', 'x zero', 'a', axis=1), node('Unsqueeze', 'a one', 'b'), node('Mul', 'b k', 'c'), node('Slice', 'x one three one', 'd'), node('Concat', 'd c', 'y', axis=1)],
        {'zero': np.int64(0), 'one': ints(1), 'three': ints(3), 'k': f32(0.458)})


def arithmetic():
    case('sub-div', [node('Sub', 'one x', 'a'), node('Div', 'a d', 'b'), node('Sub', 'b m', 'c'), node('Mul', 'c x', 'y')], {'one': np.float32(1), 'd': f32(2, 3, 4).reshape(3, 1, 1), 'm': f32(1, -1, 2).reshape(1, 3, 1, 1)})
    case('div-computed', [node('Sigmoid', 'x', 's'), node('Div', 'x s', 'y')])
    case('add-same-twice', [node('Conv', 'x w', 'a'), node('Add', 'a a', 'y')], {'w': weights(2, 3, 1, 1)})
    case('squeeze-excitation', [node('GlobalAveragePool', 'x', 'p'), node('Conv', 'p w1 b1', 'h'), node('Relu', 'h', 'r'), node('Conv', 'r w2', 'g'), node('HardSigmoid', 'g', 's'), node('Mul', 's x', 'y')],
         {'w1': weights(2, 3, 1, 1), 'b1': weights(2), 'w2': weights(3, 2, 1, 1)})
    pooled = [node('GlobalAveragePool', 'x', 'p'), node('Flatten', 'p', 'f')]
    case('matmul-add', [*pooled, node('MatMul', 'f w', 'm'), node('Add', 'b m', 'logits')], {'w': weights(3, 4), 'b': weights(4)}, flatten=False)
    case('gemm-plain', [*pooled, node('Gemm', 'f w', 'logits', alpha=0.5)], {'w': weights(3, 4)}, flatten=False)
    case('gemm-beta', [*pooled, node('Gemm', 'f w b', 'logits', transB=1, beta=0.25, alpha=2.0)], {'w': weights(4, 3), 'b': weights(1, 4)}, flatten=False)
    case('identity-output', [*pooled, node('Identity', 'w', 'w2'), node('Gemm', 'f w2 b', 'g', transB=1), node('Identity', 'g', 'logits')], {'w': weights(4, 3), 'b': weights(4)}, flatten=False)
    case('shared-weights', [*pooled, node('Gemm', 'f w', 'a'), node('Gemm', 'a w', 'logits')], {'w': weights(3, 3)}, flatten=False)
    case('dropout-9', [node('Dropout', 'x', 'y', ratio=0.4)], opset=9)
    case('dropout-13-mask', [node('Dropout', 'x ratio off', 'y mask')], {'ratio': np.float32(0.5), 'off': np.array(False)}, opset=13)


def files():
    conv = [node('Conv', 'x w b', 'y', name='same')]
    case('initializers-as-inputs', conv, {'w': weights(2, 3, 1, 1), 'b': weights(2)}, opset=9, ir=3, constants_as_inputs=True)
    case('duplicate-node-names', [node('Relu', 'x', 'a', name='n'), node('Sigmoid', 'a', 'b', name='n'), node('Mul', 'a b', 'y', name='n')])
    case('typed-fields', conv, tensors=[helper.make_tensor('w', TensorProto.FLOAT, [2, 3, 1, 1], weights(6).tolist()), helper.make_tensor('b', TensorProto.FLOAT, [2], [0.5, -0.5])])
    halves = weights(6).astype(np.float16)
    case('half-weights-cast', [node('Cast', 'wh', 'w', to=TensorProto.FLOAT), node('Cast', 'bh', 'b', to=TensorProto.FLOAT), *conv],
         tensors=[numpy_helper.from_array(halves.reshape(2, 3, 1, 1), 'wh'), helper.make_tensor('bh', TensorProto.FLOAT16, [2], [0.5, -0.25])])
    case('bfloat16-weights-cast', [node('Cast', 'wb', 'w', to=TensorProto.FLOAT), *conv], {'b': weights(2)}, tensors=[helper.make_tensor('wb', TensorProto.BFLOAT16, [2, 3, 1, 1], [0.5, -1, 2, 0.25, 1.5, -0.125])])
    case('double-weights-cast', [node('Cast', 'wd', 'w', to=TensorProto.FLOAT), *conv], {'b': weights(2), 'wd': weights(2, 3, 1, 1).astype(np.float64)})
    case('fixed-batch', [node('Reshape', 'x shape', 'logits')], {'shape': ints(2, 216)}, flatten=False, batch=2)
    case('external-data', conv, {'w': weights(2, 3, 1, 1), 'b': weights(2)}, external=True)
    swish = helper.make_function('local', 'Swish', ['a'], ['c'], [node('Sigmoid', 'a', 'b'), node('Mul', 'a b', 'c')], [helper.make_opsetid('', 17)])
    leaky = node('LeakyRelu', 'a', 'b')
    leaky.attribute.append(onnx.AttributeProto(name='alpha', ref_attr_name='slope', type=onnx.AttributeProto.FLOAT))
    twice = helper.make_function('local', 'Twice', ['a'], ['c'], [node('Swish', 'a', 'd', domain='local'), leaky, node('Add', 'b d', 'c')], [helper.make_opsetid('', 17), helper.make_opsetid('local', 1)], ['slope'])
    case('local-functions', [node('Twice', 'x', 'm', domain='local', slope=0.5), node('Swish', 'm', 'y', domain='local')], functions=[swish, twice], domains=['local'])
    case('metadata', conv, {'w': weights(2, 3, 1, 1), 'b': weights(2)})
    helper.set_model_props(cases['metadata'][0], {'author': 'corpus', 'classes': '["a","b"]'})


def quantized():
    constants = {
        'xs': np.float32(0.01), 'xz': np.uint8(128), 'ys': np.float32(0.02), 'yz': np.uint8(120),
        'w': rng.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8), 'ws': np.abs(weights(4, scale=0.01)) + np.float32(0.001), 'wz': np.zeros(4, np.int8),
        'b': rng.integers(-500, 500, 4).astype(np.int32), 'bz': np.zeros(4, np.int32)}
    constants['bs'] = constants['ws'] * constants['xs']
    nodes = [
        node('QuantizeLinear', 'x xs xz', 'xq'), node('DequantizeLinear', 'xq xs xz', 'xd'), node('DequantizeLinear', 'w ws wz', 'wd', axis=0), node('DequantizeLinear', 'b bs bz', 'bd', axis=0),
        node('Conv', 'xd wd bd', 'c'), node('Relu', 'c', 'r'), node('QuantizeLinear', 'r ys yz', 'rq'), node('DequantizeLinear', 'rq ys yz', 'y')]
    case('qdq-13', nodes, constants, opset=13, executor=False)
    case('qdq-21', nodes, constants, opset=21, ir=10, executor=False)


def expected(path, proto, external):
    nameless = onnx.ModelProto()  # onnxruntime refuses nodes of the same name
    nameless.CopyFrom(proto)
    for each in nameless.graph.node:
        each.name = ''
    source = str(path) if external else nameless.SerializeToString()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    images = np.sin(0.37 * np.arange(np.prod(SHAPE))).astype(np.float32).reshape(SHAPE)
    return onnxruntime.InferenceSession(source, options).run(None, {'x': images})[0]


def main(folder):
    for build in [convolutions, activations, pooling, shapes, arithmetic, files, quantized]:
        build()
    folder.mkdir(parents=True, exist_ok=True)
    listing = []
    for name, (proto, external, executor) in cases.items():
        path = folder / f'{name}.onnx'
        onnx.checker.check_model(proto)
        if external:
            (folder / f'{name}.onnx.data').unlink(missing_ok=True)
            onnx.save(proto, str(path), save_as_external_data=True, location=f'{name}.onnx.data', size_threshold=0)
        else:
            onnx.save(proto, str(path))
        logits = expected(path, proto, external)
        listing.append({'name': name, 'executor': executor, 'shape': list(logits.shape), 'logits': [float(f'{value:.7g}') for value in logits.flatten()]})
    lines = ',\n'.join(json.dumps(entry, separators=(',', ':')) for entry in listing)
    (folder / 'cases.json').write_text(f'{{"images":{json.dumps(SHAPE)},"cases":[\n{lines}\n]}}\n')
    print(len(listing), 'models')


if __name__ == '__main__':
    main(Path(sys.argv[1]))
