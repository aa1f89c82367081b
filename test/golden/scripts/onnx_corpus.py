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


def elementwise():
    """Operators of one value: every one on the image, some of them where they are defined only."""
    for op, attributes in [('Exp', {}), ('Neg', {}), ('Abs', {}), ('Sign', {}), ('Ceil', {}), ('Floor', {}), ('Round', {}), ('Sin', {}), ('Cos', {}), ('Erf', {}), ('Softplus', {}), ('Elu', {'alpha': 0.7}), ('Celu', {'alpha': 0.7}), ('Selu', {}), ('ThresholdedRelu', {'alpha': 0.3})]:
        case(f'op-{op.lower()}', [node('Conv', 'x w', 'a'), node(op, 'a', 'y', **attributes)], {'w': weights(4, 3, 1, 1)})
    for op in ['Log', 'Sqrt', 'Reciprocal']:
        case(f'op-{op.lower()}', [node('Conv', 'x w', 'a'), node('Exp', 'a', 'b'), node(op, 'b', 'y')], {'w': weights(4, 3, 1, 1)})
    case('op-mish-18', [node('Conv', 'x w', 'a'), node('Mish', 'a', 'y')], {'w': weights(4, 3, 1, 1)}, opset=18)
    for kind in ['none', 'tanh']:
        case(f'op-gelu-20-{kind}', [node('Conv', 'x w', 'a'), node('Gelu', 'a', 'y', approximate=kind)], {'w': weights(4, 3, 1, 1)}, opset=20, ir=9)
    case('op-pow', [node('Conv', 'x w', 'a'), node('Exp', 'a', 'b'), node('Pow', 'b p', 'y')], {'w': weights(4, 3, 1, 1), 'p': f32(1.5)})
    case('op-pow-square', [node('Conv', 'x w', 'a'), node('Pow', 'a p', 'y')], {'w': weights(4, 3, 1, 1), 'p': ints(2)})
    for op in ['Max', 'Min']:
        case(f'op-{op.lower()}', [node('Conv', 'x w', 'a'), node('Conv', 'x v', 'b'), node(op, 'a b c', 'y')], {'w': weights(4, 3, 1, 1), 'v': weights(4, 3, 1, 1), 'c': f32(0.1)})
    for op in ['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Equal']:
        case(f'op-where-{op.lower()}', [node('Conv', 'x w', 'a'), node(op, 'a c', 'm'), node('Where', 'm a d', 'y')], {'w': weights(4, 3, 1, 1), 'c': f32(0.1), 'd': weights(4, 1, 1)})


def reductions():
    for op in ['ReduceMax', 'ReduceMin', 'ReduceL2']:
        case(f'op-{op.lower()}', [node('Conv', 'x w', 'a'), node(op, 'a', 'y', axes=[2, 3], keepdims=1)], {'w': weights(4, 3, 1, 1)})
        case(f'op-{op.lower()}-18', [node('Conv', 'x w', 'a'), node(op, 'a axes', 'y', keepdims=0)], {'w': weights(4, 3, 1, 1), 'axes': ints(-2)}, opset=18)
    case('op-reducesum', [node('Conv', 'x w', 'a'), node('ReduceSum', 'a axes', 'y', keepdims=0)], {'w': weights(4, 3, 1, 1), 'axes': ints(1)})
    case('op-reducesum-11', [node('Conv', 'x w', 'a'), node('ReduceSum', 'a', 'y', axes=[3])], {'w': weights(4, 3, 1, 1)}, opset=11)
    case('op-argmax', [node('Conv', 'x w', 'a'), node('ArgMax', 'a', 'i', axis=1), node('Cast', 'i', 'f', to=1), node('Mul', 'a f', 'y')], {'w': weights(4, 3, 1, 1)}, executor=False)


def normalizations():
    scale = {'w': weights(6, 3, 1, 1), 's': weights(6) + 1, 'b': weights(6)}
    case('op-instance-norm', [node('Conv', 'x w', 'a'), node('InstanceNormalization', 'a s b', 'y', epsilon=1e-3)], scale)
    case('op-group-norm-21', [node('Conv', 'x w', 'a'), node('GroupNormalization', 'a s b', 'y', num_groups=3)], scale, opset=21, ir=10)
    last = [node('Conv', 'x w', 'a'), node('Transpose', 'a', 't', perm=[0, 2, 3, 1])]
    case('op-layer-norm', [*last, node('LayerNormalization', 't s b', 'y', axis=-1, epsilon=1e-6)], scale)
    case('op-layer-norm-two-axes', [node('Conv', 'x w', 'a'), node('LayerNormalization', 'a s', 'y', axis=2)], {'w': weights(6, 3, 1, 1), 's': weights(9, 8)})
    case('layer-norm-by-parts', [*last, node('ReduceMean', 't', 'm', axes=[-1]), node('Sub', 't m', 'd'), node('Pow', 'd two', 'q'), node('ReduceMean', 'q', 'v', axes=[-1]), node('Add', 'v eps', 'e'), node('Sqrt', 'e', 'r'), node('Div', 'd r', 'n'), node('Mul', 'n s', 'k'), node('Add', 'k b', 'y')], {**scale, 'two': f32(2).reshape(()), 'eps': np.float32(1e-6).reshape(())}, opset=12)
    case('rms-norm-by-parts', [*last, node('Pow', 't two', 'q'), node('ReduceMean', 'q', 'v', axes=[-1]), node('Add', 'v eps', 'e'), node('Sqrt', 'e', 'r'), node('Div', 't r', 'n'), node('Mul', 'n s', 'y')], {'w': weights(6, 3, 1, 1), 's': weights(6), 'two': f32(2).reshape(()), 'eps': np.float32(1e-6).reshape(())})
    gelu = [node('Conv', 'x w', 'a'), node('Div', 'a root', 'd'), node('Erf', 'd', 'e'), node('Add', 'e one', 'g')]
    numbers = {'w': weights(6, 3, 1, 1), 'root': np.float32(np.sqrt(2)).reshape(()), 'one': np.float32(1).reshape(()), 'half': np.float32(0.5).reshape(())}
    case('gelu-by-parts', [*gelu, node('Mul', 'a g', 'p'), node('Mul', 'p half', 'y')], numbers)
    case('gelu-by-parts-half-first', [*gelu, node('Mul', 'a half', 'h'), node('Mul', 'h g', 'y')], numbers)
    case('gelu-tanh-by-parts', [node('Conv', 'x w', 'a'), node('Pow', 'a three', 'q'), node('Mul', 'q c', 'k'), node('Add', 'a k', 'z'), node('Mul', 'z slope', 'u'), node('Tanh', 'u', 't'), node('Add', 't one', 'g'), node('Mul', 'a half', 'h'), node('Mul', 'h g', 'y')], {**numbers, 'three': np.float32(3).reshape(()), 'c': np.float32(0.044715).reshape(()), 'slope': np.float32(np.sqrt(2 / np.pi)).reshape(())})


def matrices():
    tokens = [node('Conv', 'x w', 'a'), node('Reshape', 'a shape', 'r'), node('Transpose', 'r', 't', perm=[0, 2, 1])]
    base = {'w': weights(8, 3, 3, 3), 'shape': ints(0, 8, -1)}
    case('matmul-rank-3', [*tokens, node('MatMul', 't m', 'p'), node('Add', 'p b', 'y')], {**base, 'm': weights(8, 5), 'b': weights(5)})
    case('matmul-batched', [*tokens, node('MatMul', 't m', 'q'), node('MatMul', 't n', 'k'), node('Transpose', 'k', 'kt', perm=[0, 2, 1]), node('MatMul', 'q kt', 's'), node('Mul', 's scale', 'z'), node('Softmax', 'z', 'p', axis=-1), node('MatMul', 'p q', 'y')], {**base, 'm': weights(8, 8), 'n': weights(8, 8), 'scale': f32(0.35)})
    case('matmul-left-constant', [*tokens, node('MatMul', 'c t', 'y')], {**base, 'c': weights(3, 42)})
    class_token = [node('Shape', 'x', 's'), node('Gather', 's zero', 'n', axis=0), node('Unsqueeze', 'n zero1', 'n1'), node('Concat', 'n1 one one8', 'full', axis=0), node('Expand', 'token full', 'c'), node('Concat', 'c t', 'y', axis=1)]
    case('class-token', [*tokens, *class_token], {**base, 'zero': np.array(0, dtype=np.int64), 'zero1': ints(0), 'one': ints(1), 'one8': ints(8), 'token': weights(1, 1, 8)})
    case('tile', [*tokens, node('Tile', 't times', 'y')], {**base, 'times': ints(1, 2, 3)})


def resizing():
    conv, base = node('Conv', 'x w', 'a'), {'w': weights(4, 3, 1, 1)}
    modes = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric']
    for kind, mode in [(kind, mode) for kind in ['nearest', 'linear', 'cubic'] for mode in modes]:
        case(f'resize-{kind}-{mode.replace("_", "-")}', [conv, node('Resize', 'a  s', 'y', mode=kind, coordinate_transformation_mode=mode)], {**base, 's': f32(1, 1, 2, 1.5)})
    for rule in ['round_prefer_ceil', 'floor', 'ceil']:
        case(f'resize-{rule.replace("_", "-")}', [conv, node('Resize', 'a  s', 'y', mode='nearest', nearest_mode=rule)], {**base, 's': f32(1, 1, 1.7, 0.6)})
    case('resize-cubic-excluding', [conv, node('Resize', 'a  s', 'y', mode='cubic', exclude_outside=1, cubic_coeff_a=-0.5)], {**base, 's': f32(1, 1, 2, 2)})
    case('resize-10', [conv, node('Resize', 'a s', 'y', mode='nearest')], {**base, 's': f32(1, 1, 2, 2)}, opset=10)
    case('upsample-9', [conv, node('Upsample', 'a s', 'y', mode='linear')], {**base, 's': f32(1, 1, 2, 2)}, opset=9)
    shape = [node('Shape', 'x', 'n'), node('Slice', 'n from to', 'lead'), node('Concat', 'lead size', 'full', axis=0)]
    case('resize-sizes-with-batch', [conv, *shape, node('Resize', 'a   full', 'y', mode='linear')], {'from': ints(0), 'to': ints(2), 'size': ints(13, 5), 'w': weights(3, 3, 1, 1)})


def moving_blocks():
    conv, base = node('Conv', 'x w', 'a'), {'w': weights(8, 3, 2, 1)}
    for mode in ['DCR', 'CRD']:
        case(f'depth-to-space-{mode.lower()}', [conv, node('DepthToSpace', 'a', 'y', blocksize=2, mode=mode)], base)
    case('space-to-depth', [conv, node('SpaceToDepth', 'a', 'y', blocksize=2)], base)
    deconv = [('conv-transpose', {'strides': [2, 2]}, (4, 5, 3, 3)), ('conv-transpose-padded', {'strides': [2, 3], 'pads': [1, 0, 1, 1], 'output_padding': [1, 0]}, (4, 5, 3, 3)), ('conv-transpose-grouped', {'group': 2, 'strides': [2, 2], 'pads': [1, 1, 1, 1]}, (4, 3, 4, 4)), ('conv-transpose-dilated', {'dilations': [2, 1]}, (4, 5, 3, 2)), ('conv-transpose-same', {'strides': [2, 2], 'auto_pad': 'SAME_UPPER'}, (4, 5, 3, 3))]
    for name, attributes, shape in deconv:
        outputs = shape[1] * attributes.get('group', 1)
        case(name, [node('Conv', 'x w', 'a'), node('ConvTranspose', 'a k b', 'y', **attributes)], {'w': weights(4, 3, 1, 1), 'k': weights(*shape), 'b': weights(outputs)})
    case('gather-elements', [node('Conv', 'x w', 'a'), node('Slice', 'a o l', 'f'), node('Flatten', 'f', 'g'), node('Transpose', 'g', 't'), node('GatherND', 't i', 'u'), node('Transpose', 'u', 'y')], {'w': weights(4, 3, 1, 1), 'o': ints(0, 0), 'l': ints(99, 4), 'i': ints(5, 0, 71).reshape(3, 1)})
    standardized = [node('ReduceMean', 'w', 'm', axes=[1, 2, 3]), node('Sub', 'w m', 'd'), node('Mul', 'd d', 'q'), node('ReduceMean', 'q', 'v', axes=[1, 2, 3]), node('Sqrt', 'v', 'r'), node('Div', 'd r', 'k')]
    case('weights-standardized-in-graph', [*standardized, node('Conv', 'x k', 'y')], {'w': weights(4, 3, 3, 3)})
    case('weights-standardized-by-batch-norm', [node('Reshape', 'w one', 'f'), node('BatchNormalization', 'f s b m v', 'n mo vo', training_mode=1, epsilon=1e-6), node('Reshape', 'n back', 'k'), node('Conv', 'x k', 'y')], {'w': weights(4, 3, 3, 3), 'one': ints(1, 4, -1), 's': weights(4), 'b': np.zeros(4, np.float32), 'm': np.zeros(4, np.float32), 'v': np.ones(4, np.float32), 'back': ints(4, 3, 3, 3)}, opset=15)


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
    for build in [convolutions, activations, pooling, shapes, arithmetic, files, quantized, elementwise, reductions, normalizations, matrices, resizing, moving_blocks]:
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
