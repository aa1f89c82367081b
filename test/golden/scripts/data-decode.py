"""Small images of every kind that the decoder reads, and the hash of the pixels that Pillow's `convert('RGB')` makes of them.

Run: python test/golden/scripts/data-decode.py   (Pillow 13.0.0 with libjpeg-turbo 3.2.0, numpy)
Writes test/golden/data-decode.json: the files as base64.
"""
import base64
import hashlib
import io
import json
import pathlib

import numpy as np
import PIL
from PIL import Image, ImageCms, features

HERE = pathlib.Path(__file__).resolve().parent.parent
RANDOM = np.random.default_rng(20)


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([x * 255 / max(1, width - 1), y * 255 / max(1, height - 1), (x + y) * 255 / max(1, width + height - 2)], axis=-1)
    return Image.fromarray(np.clip(smooth + RANDOM.normal(0, 25, smooth.shape), 0, 255).astype(np.uint8))


def encoded(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def orientation(value):
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


rgb = picture(33, 27)
rgba = picture(20, 19).convert('RGBA')
rgba.putalpha(Image.fromarray(RANDOM.integers(0, 256, (19, 20), dtype=np.uint8)))
palette = picture(24, 18).quantize(16)
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()

files = {
    'jpeg 4:4:4': encoded(rgb, 'JPEG', quality=90, subsampling='4:4:4'),
    'jpeg 4:2:2': encoded(rgb, 'JPEG', quality=80, subsampling='4:2:2'),
    'jpeg 4:2:0, odd size': encoded(rgb, 'JPEG', quality=75, subsampling='4:2:0'),
    'jpeg 32x32': encoded(picture(32, 32), 'JPEG', quality=75),
    'jpeg progressive': encoded(rgb, 'JPEG', quality=60, progressive=True),
    'jpeg grey': encoded(rgb.convert('L'), 'JPEG', quality=80),
    'jpeg turned by its orientation tag': encoded(rgb, 'JPEG', quality=80, exif=orientation(6)),
    'jpeg with a colour profile': encoded(rgb, 'JPEG', quality=80, icc_profile=srgb),
    'jpeg of one pixel': encoded(picture(1, 1), 'JPEG'),
    'png rgb': encoded(rgb, 'PNG'),
    'png with alpha': encoded(rgba, 'PNG'),
    'png palette': encoded(palette, 'PNG'),
    'png palette with a transparent colour': encoded(palette, 'PNG', transparency=3),
    'png grey': encoded(rgb.convert('L'), 'PNG'),
    'png grey with alpha': encoded(rgba.convert('LA'), 'PNG'),
    'png one bit': encoded(rgb.convert('1'), 'PNG'),
    'png with a colour profile': encoded(rgb, 'PNG', icc_profile=srgb),
    'webp lossy': encoded(rgb, 'WEBP', quality=80),
    'webp lossless': encoded(rgb, 'WEBP', lossless=True),
    'webp with alpha': encoded(rgba, 'WEBP', lossless=True, exact=True),
}


def entry(name, data):
    image = Image.open(io.BytesIO(data)).convert('RGB')
    return {'name': name, 'width': image.width, 'height': image.height, 'sha256': hashlib.sha256(image.tobytes()).hexdigest(), 'base64': base64.b64encode(data).decode()}


versions = {'pillow': PIL.__version__, 'libjpegTurbo': features.version('libjpeg_turbo'), 'webp': features.version('webp')}
(HERE / 'data-decode.json').write_text(json.dumps({'versions': versions, 'files': [entry(*item) for item in files.items()]}, indent=1) + '\n')
