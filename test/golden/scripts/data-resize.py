"""Golden pixels of Pillow's antialiased bilinear resize, of torchvision's evaluation geometry and of ImageEnhance.

Run: python test/golden/scripts/data-resize.py   (Pillow 13.0.0, numpy)
Writes test/golden/data-resize.json. The sources are made of a formula that the test repeats.
"""
import base64
import hashlib
import json
import pathlib

import numpy as np
import PIL
from PIL import Image, ImageEnhance

HERE = pathlib.Path(__file__).resolve().parent.parent
SMALL = 6000  # bytes up to which the pixels themselves are kept, beside their hash


def source(width, height, seed):
    """A smooth ramp and a hash noise: the same integers in the test."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing='ij')
    n = (x.astype(np.uint64) * 73856093) ^ (y.astype(np.uint64) * 19349663) ^ (c.astype(np.uint64) * 83492791) ^ (seed * 2654435761)
    n = (n ^ (n >> np.uint64(13))) & np.uint64(0x7FFFFFFF)
    noise = (n * np.uint64(1103515245) + np.uint64(12345)) & np.uint64(0x7FFFFFFF)
    return ((noise >> np.uint64(16)) % np.uint64(160) + (x * 3 + y * 5 + c * 20).astype(np.uint64) % np.uint64(96)).astype(np.uint8)


def pixels(array):
    data = np.ascontiguousarray(array).tobytes()
    entry = {'sha256': hashlib.sha256(data).hexdigest()}
    return {**entry, 'base64': base64.b64encode(data).decode()} if len(data) <= SMALL else entry


def resize_case(size, target, seed, box=None):
    result = Image.fromarray(source(*size, seed)).resize(target, Image.BILINEAR, box=box)
    return {'source': [*size, seed], 'target': list(target), **({'box': list(box)} if box else {}), **pixels(np.asarray(result))}


def evaluation_case(size, short_side, crop, mean, std, seed):
    """torchvision 0.2x: Resize(int) on PIL, CenterCrop, ToTensor, Normalize in float32, NCHW."""
    image = Image.fromarray(source(*size, seed))
    w, h = image.size
    if short_side:
        short, long = (w, h) if w <= h else (h, w)
        new_long = int(short_side * long / short)
        image = image.resize((short_side, new_long) if w <= h else (new_long, short_side), Image.BILINEAR)
    w, h = image.size
    if crop:
        if crop > w or crop > h:
            left, top = ((crop - w) // 2 if crop > w else 0), ((crop - h) // 2 if crop > h else 0)
            right, bottom = ((crop - w + 1) // 2 if crop > w else 0), ((crop - h + 1) // 2 if crop > h else 0)
            image = Image.fromarray(np.pad(np.asarray(image), ((top, bottom), (left, right), (0, 0))))
            w, h = image.size
        top, left = int(round((h - crop) / 2.0)), int(round((w - crop) / 2.0))
        image = image.crop((left, top, left + crop, top + crop))
    tensor = np.asarray(image).astype(np.float32) / np.float32(255)
    tensor = (tensor - np.array(mean, np.float32)) / np.array(std, np.float32)
    tensor = np.ascontiguousarray(tensor.transpose(2, 0, 1))
    return {
        'source': [*size, seed], 'shortSide': short_side, 'crop': crop, 'mean': mean, 'std': std,
        'pixelsSha256': hashlib.sha256(np.ascontiguousarray(np.asarray(image)).tobytes()).hexdigest(),
        'floatsSha256': hashlib.sha256(tensor.tobytes()).hexdigest(),
        'first': [float(v) for v in tensor.reshape(-1)[:6]],
    }


def hue_shift(image, turn):
    h, s, v = image.convert('HSV').split()
    array = np.array(h, dtype=np.uint8)
    array += np.array(int(turn * 255) % 256).astype(np.uint8)
    return Image.merge('HSV', (Image.fromarray(array, 'L'), s, v)).convert('RGB')


def color_case(name, value, seed):
    image = Image.fromarray(source(29, 23, seed))
    if name == 'hue':
        result = hue_shift(image, value)
    else:
        result = {'brightness': ImageEnhance.Brightness, 'contrast': ImageEnhance.Contrast, 'saturation': ImageEnhance.Color}[name](image).enhance(value)
    return {'name': name, 'value': value, 'seed': seed, **pixels(np.asarray(result))}


IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
CIFAR = ([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616])

golden = {
    'versions': {'pillow': PIL.__version__, 'numpy': np.__version__},
    'resize': [
        resize_case((32, 32), (256, 256), 1),
        resize_case((32, 32), (40, 36), 2),
        resize_case((32, 32), (17, 9), 3),
        resize_case((13, 7), (29, 31), 4),
        resize_case((100, 75), (32, 24), 5),
        resize_case((641, 480), (341, 256), 6),
        resize_case((5, 5), (1, 1), 7),
        resize_case((1, 1), (4, 3), 8),
        resize_case((64, 48), (64, 20), 9),
        resize_case((64, 48), (20, 48), 10),
        resize_case((64, 48), (32, 32), 11, (3.25, 5.5, 40.75, 44)),
        resize_case((64, 48), (30, 30), 12, (10, 10, 40, 40)),
        resize_case((500, 3), (7, 2), 13),
    ],
    'evaluation': [
        evaluation_case((32, 32), 256, 224, *IMAGENET, 21),
        evaluation_case((500, 333), 256, 224, *IMAGENET, 22),
        evaluation_case((333, 500), 256, 224, *IMAGENET, 23),
        evaluation_case((301, 299), 256, 223, *IMAGENET, 24),
        evaluation_case((32, 32), None, None, *CIFAR, 25),
        evaluation_case((41, 30), None, 33, *CIFAR, 26),
        evaluation_case((45, 37), 37, 32, *CIFAR, 27),
    ],
    'color': [color_case(name, value, 31) for name, value in [
        ('brightness', 0.4), ('brightness', 1.7), ('contrast', 0.35), ('contrast', 1.6), ('saturation', 0.0), ('saturation', 0.7), ('saturation', 1.9),
        ('hue', 0.1), ('hue', -0.1), ('hue', 0.5), ('hue', -0.37), ('hue', 0.0),
    ]],
}
(HERE / 'data-resize.json').write_text(json.dumps(golden, indent=1) + '\n')
