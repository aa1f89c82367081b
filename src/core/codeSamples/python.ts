import { defineCodeSample, literal, literals } from './codeSample'
import type { SampleFacts } from './codeSample'

function geometry({ preprocessing: { resize, crop } }: SampleFacts): string {
  const resizing = !resize
    ? ''
    : 'shortSide' in resize
      ? `    scale = ${resize.shortSide} / min(image.size)
    image = image.resize((max(${resize.shortSide}, int(image.width * scale)), max(${resize.shortSide}, int(image.height * scale))), Image.BILINEAR)\n`
      : `    image = image.resize((${resize.width}, ${resize.height}), Image.BILINEAR)\n`
  const cropping = crop
    ? `    left, top = round((image.width - ${crop.width}) / 2), round((image.height - ${crop.height}) / 2)\n    image = image.crop((left, top, left + ${crop.width}, top + ${crop.height}))\n`
    : ''
  return resizing + cropping
}

export const python = defineCodeSample({
  id: 'python',
  label: 'Python',
  fileName: 'classify.py',
  usage: 'pip install onnxruntime numpy pillow\npython classify.py picture.jpg',
  code: (facts) => `import sys

import numpy as np
import onnxruntime
from PIL import Image

CLASSES = [${literals(facts.classes)}]
MEAN = np.array([${facts.preprocessing.mean.join(', ')}], np.float32)
STD = np.array([${facts.preprocessing.std.join(', ')}], np.float32)


def prepare(path):
    """An image as the model expects it: float32 of shape [1, 3, ${facts.height}, ${facts.width}]."""
    image = Image.open(path).convert("RGB")
${geometry(facts)}    pixels = np.asarray(image, np.float32) / np.float32(255)
    return ((pixels - MEAN) / STD).transpose(2, 0, 1)[np.newaxis]


session = onnxruntime.InferenceSession(${literal(facts.modelFile)}, providers=["CPUExecutionProvider"])
scores = session.run(None, {${literal(facts.inputName)}: prepare(sys.argv[1])})[0][0]
shares = np.exp(scores - scores.max())
shares /= shares.sum()
for index in np.argsort(-shares)[:5]:
    print(f"{shares[index]:.4f} {CLASSES[index] if CLASSES else index}")
`,
})
