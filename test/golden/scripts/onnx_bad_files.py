"""Writes files that cannot be imported, one a way to go wrong, for test/golden/onnxBadFiles.test.ts.

Usage: python onnx_bad_files.py test/golden/onnx/bad
Made with Python 3.11, onnx 1.23.2, numpy 2.4.6.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

W = np.linspace(-1, 1, 4 * 3 * 3 * 3, dtype=np.float32).reshape(4, 3, 3, 3)


def node(op, inputs, outputs, name='', domain='', **attributes):
    return helper.make_node(op, inputs.split(' '), outputs.split(' '), name=name or op.lower(), domain=domain, **attributes)


def value(name, shape, dtype=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


CONV = node('Conv', 'x w', 'c', pads=[1, 1, 1, 1])
FLATTEN = node('Flatten', 'c', 'y')


def model(nodes=(CONV, FLATTEN), weights=W, inputs=None, outputs=None, opset=17, domains=(), tensors=()):
    graph = helper.make_graph(list(nodes), 'bad', inputs or [value('x', ['n', 3, 6, 6])], [value('y', ['n', 144])] if outputs is None else outputs,
                              [numpy_helper.from_array(weights, 'w'), *tensors])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset), *(helper.make_opsetid(name, 1) for name in domains)], ir_version=8)


def short_tensor():
    proto = model()
    proto.graph.initializer[0].raw_data = proto.graph.initializer[0].raw_data[:-8]
    return proto


def external(location, length):
    proto = model()
    tensor = proto.graph.initializer[0]
    tensor.ClearField('raw_data')
    tensor.data_location = TensorProto.EXTERNAL
    for key, text in [('location', location), ('offset', '0'), ('length', str(length))]:
        tensor.external_data.add(key=key, value=text)
    return proto


def subgraph():
    branch = helper.make_graph([node('Identity', 'c', 'b')], 'branch', [], [value('b', None)])
    return model([CONV, node('If', 'flag', 'd', then_branch=branch, else_branch=branch), node('Flatten', 'd', 'y')], tensors=[numpy_helper.from_array(np.array(True), 'flag')])


def without(field):
    proto = model()
    proto.ClearField(field)
    return proto


def training_norm():
    stats = [numpy_helper.from_array(np.ones(4, np.float32), name) for name in 'sbmv']
    return model([CONV, node('BatchNormalization', 'c s b m v', 'd e f', training_mode=1), node('Flatten', 'd', 'y')], tensors=stats)


def files():
    whole = model().SerializeToString()
    yield 'empty', b''
    yield 'picture', bytes.fromhex('89504e470d0a1a0a0000000d49484452')
    yield 'page', b'<!DOCTYPE html><html><body>Not found</body></html>'
    yield 'cut-short', whole[:len(whole) * 6 // 10]
    yield 'cut-in-header', whole[:20]
    yield 'no-graph', without('graph')
    yield 'no-opset', without('opset_import')
    yield 'opset-8', model(opset=8)
    yield 'opset-99', model(opset=99)
    yield 'short-tensor', short_tensor()
    yield 'external-short', external('short.bin', W.nbytes)
    yield 'operator-unknown', model([CONV, node('Einsum', 'c', 'd', equation='nchw->nhwc'), node('Flatten', 'd', 'y')])
    yield 'operator-custom', model([CONV, node('Spin', 'c', 'd', domain='com.example'), node('Flatten', 'd', 'y')], domains=['com.example'])
    yield 'operator-quantized', model([node('QLinearConv', 'x xs xz w ws wz ys yz', 'c'), FLATTEN])
    yield 'operator-integer', model([node('ConvInteger', 'x w', 'c'), FLATTEN])
    yield 'operator-shape-only', model([CONV, node('Mod', 'c c', 'd', fmod=1), node('Flatten', 'd', 'y')])
    yield 'subgraph', subgraph()
    yield 'attribute-unknown', model([node('Conv', 'x w', 'c', pads=[1, 1, 1, 1], spin=3), FLATTEN])
    yield 'attribute-wrong', model([node('Conv', 'x w', 'c', pads=[1, 1, 1, 1], auto_pad='AROUND'), FLATTEN])
    yield 'norm-in-training', training_norm()
    yield 'input-rank-2', model(inputs=[value('x', ['n', 108])])
    yield 'input-channels-5', model(inputs=[value('x', ['n', 5, 6, 6])])
    yield 'input-free-height', model(inputs=[value('x', ['n', 3, 'height', 6])])
    yield 'input-bytes', model(inputs=[value('x', ['n', 3, 6, 6], TensorProto.UINT8)])
    yield 'inputs-two', model(inputs=[value('x', ['n', 3, 6, 6]), value('z', ['n', 3, 6, 6])])
    yield 'input-none', model(inputs=[value('w', [4, 3, 3, 3])])
    yield 'output-none', model(outputs=[])
    yield 'outputs-two', model(outputs=[value('y', ['n', 144]), value('c', ['n', 4, 6, 6])])
    yield 'output-unwritten', model(outputs=[value('scores', ['n', 144])])
    yield 'output-image', model([CONV], outputs=[value('c', ['n', 4, 6, 6])])
    yield 'value-missing', model([node('Conv', 'x v', 'c'), FLATTEN])
    yield 'nodes-unsorted', model([FLATTEN, CONV])
    yield 'value-twice', model([CONV, node('Relu', 'x', 'c', name='again'), FLATTEN])
    yield 'channels-differ', model(weights=W.reshape(3, 4, 3, 3))
    yield 'window-too-large', model([node('Conv', 'x w', 'c'), node('MaxPool', 'c', 'd', kernel_shape=[7, 7]), node('Flatten', 'd', 'y')])
    yield 'features-differ', model([CONV, node('Flatten', 'c', 'f'), node('Gemm', 'f g', 'y')], tensors=[numpy_helper.from_array(np.ones((143, 2), np.float32), 'g')])
    yield 'pool-dilated', model([CONV, node('MaxPool', 'c', 'd', kernel_shape=[2, 2], dilations=[2, 2]), node('Flatten', 'd', 'y')])
    yield 'cast-to-integer', model([CONV, node('Cast', 'c', 'd', to=TensorProto.INT32), node('Cast', 'd', 'e', to=TensorProto.FLOAT, name='back'), node('Flatten', 'e', 'y')])
    yield 'slope-by-column', model([CONV, node('PRelu', 'c s', 'd'), node('Flatten', 'd', 'y')], tensors=[numpy_helper.from_array(np.ones(6, np.float32), 's')])
    yield 'tensor-of-strings', model(tensors=[helper.make_tensor('names', TensorProto.STRING, [1], [b'cat'])])


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files():
        (folder / f'{name}.onnx').write_bytes(content if isinstance(content, bytes) else content.SerializeToString(deterministic=True))
    (folder / 'short.bin').write_bytes(W.tobytes()[:100])


if __name__ == '__main__':
    main(Path(sys.argv[1]))
