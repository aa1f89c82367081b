"""Groups, shapes and counts of pruned networks by Torch-Pruning, and the structure of the same networks as ONNX without weights.

python pruning.py <folder of this repository>/test/golden/pruning
Versions: torch 2.13.0, torchvision 0.28.0, torch-pruning 1.6.1, onnx 1.23.2. Nothing depends on the weights: they are left out, and the tests fill in numbers of their own.
Torch-Pruning 1.6.1 ends with an error on the channel shuffle of ShuffleNetV2, so the groups of that network are those of its branches, each taken for itself.
"""
import gzip
import json
import pathlib
import sys
import warnings

import onnx
import torch

try:
    # torchvision's compiled operators may be missing beside a CPU build of torch; these networks need none.
    library = torch.library.Library('torchvision', 'DEF')
    for name in ('nms', 'qnms'):
        library.define(f'{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
    import torchvision
except RuntimeError:
    del library
    import torchvision
import torch_pruning as tp

warnings.filterwarnings('ignore')
size, classes, ratio = 64, 10, 0.5
models = ('mobilenet_v2', 'mobilenet_v3_small', 'resnet18', 'densenet121', 'shufflenet_v2_x1_0')
smallest_external = 64


def build(name):
    torch.manual_seed(0)
    return torchvision.models.get_model(name, weights=None, num_classes=classes).eval()


def structure(model, file):
    """The exported network with its weights named as data beside the file, which is not kept."""
    torch.onnx.export(model, torch.zeros(1, 3, size, size), str(file), dynamo=False, opset_version=17, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                      input_names=['input'], output_names=['output'], dynamic_axes={'input': {0: 'batch'}, 'output': {0: 'batch'}})
    proto = onnx.load(file)
    offset = 0
    for tensor in proto.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT or len(tensor.raw_data) < smallest_external:
            continue
        length = len(tensor.raw_data)
        tensor.ClearField('raw_data')
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (('location', 'weights'), ('offset', str(offset)), ('length', str(length))):
            entry = tensor.external_data.add()
            entry.key, entry.value = key, value
        offset += length
    for node in proto.graph.node:
        node.doc_string = ''
    proto.graph.ClearField('value_info')
    file.with_suffix('.onnx.gz').write_bytes(gzip.compress(proto.SerializeToString(), mtime=0))
    file.unlink()
    return offset


def members(group, prefix):
    """What loses channels: a parameter and the axis."""
    found = set()
    for dependency, indices in group:
        module, name = dependency.target.module, dependency.target.name.split(' ')[0]
        if not isinstance(module, (torch.nn.Conv2d, torch.nn.Linear, torch.nn.BatchNorm2d)) or len(indices) == 0:
            continue
        depthwise = isinstance(module, torch.nn.Conv2d) and module.groups > 1
        axis = 0 if depthwise or dependency.handler.__name__ == 'prune_out_channels' else 1
        found.add(f'{prefix}{name}.weight:{axis}')
    return sorted(found)


def groups_of(model, example, ignored, prefix=''):
    graph = tp.DependencyGraph().build_dependency(model, example_inputs=example)
    roots = [torch.nn.Conv2d, torch.nn.Linear]
    return [members(group, prefix) for group in graph.get_all_groups(ignored_layers=ignored, root_module_types=roots)]


def head(model):
    return [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]


def weights(model):
    return {f'{name}.weight': list(module.weight.shape) for name, module in model.named_modules() if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear))}


def counts(model):
    macs, params = tp.utils.count_ops_and_params(model, torch.zeros(1, 3, size, size))
    learned = sum(parameter.numel() for parameter in model.parameters())
    weight_macs = convolution_macs(model)
    return {'params': learned, 'macs': weight_macs, 'torchPruning': {'macs': int(macs), 'params': int(params)}}


def convolution_macs(model):
    """Multiply-accumulates of convolutions and linear layers, from the sizes that really pass through them."""
    total = [0]

    def count(module, _inputs, output):
        positions = output.numel() // output.shape[1] if isinstance(module, torch.nn.Conv2d) else 1
        total[0] += module.weight.numel() * positions

    hooks = [module.register_forward_hook(count) for module in model.modules() if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear))]
    with torch.no_grad():
        model(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return total[0]


def shuffle_branches(model):
    """The right branch of each unit by itself: its first convolution reads what the shuffle gives it, its last one feeds the next shuffle."""
    found = []
    for name, module in model.named_modules():
        if name.split('.')[-1] != 'branch2':
            continue
        first = next(each for each in module.modules() if isinstance(each, torch.nn.Conv2d))
        example = torch.zeros(1, first.in_channels, 8, 8)
        last = [each for each in module.modules() if isinstance(each, torch.nn.Conv2d)][-1]
        found += groups_of(module, example, [last], f'{name}.')
    return [group for group in found if any(member.endswith(':0') for member in group)]


def pruned(model):
    importance = tp.importance.MagnitudeImportance(p=1)
    pruner = tp.pruner.BasePruner(model, torch.zeros(1, 3, size, size), importance, pruning_ratio=ratio, ignored_layers=[head(model)])
    pruner.step()
    return {'weights': weights(model), **counts(model)}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    golden = {'torchPruning': tp.__version__, 'torch': torch.__version__, 'torchvision': torchvision.__version__, 'size': size, 'ratio': ratio, 'models': {}}
    for name in models:
        external = structure(build(name), folder / f'{name}.onnx')
        model, example = build(name), torch.zeros(1, 3, size, size)
        shuffles = name.startswith('shufflenet')
        groups = shuffle_branches(model) if shuffles else groups_of(model, example, [head(model)])
        golden['models'][name] = {'weightBytes': external, **counts(model), 'groups': groups, 'pruned': None if shuffles else pruned(model)}
        print(name, len(groups), external)
    (folder / 'pruning.json').write_text(json.dumps(golden) + '\n')


main(pathlib.Path(sys.argv[1]))
