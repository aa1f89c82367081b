import { defineCodeSample, literal, literals } from './codeSample'

const headers = [
  'algorithm',
  'array',
  'cmath',
  'cstdint',
  'cstdio',
  'fstream',
  'iostream',
  'numeric',
  'stdexcept',
  'string',
  'vector',
]
  .map((name) => `#include <${name}>`)
  .join('\n')

export const cpp = defineCodeSample({
  id: 'cpp',
  label: 'C++',
  fileName: 'classify.cpp',
  usage:
    'g++ -std=c++17 -O2 classify.cpp -I$ONNXRUNTIME/include -L$ONNXRUNTIME/lib -lonnxruntime -o classify\n./classify picture.ppm',
  code: ({
    modelFile,
    inputName,
    width,
    height,
    preprocessing: { mean, std, resize, crop },
    classes,
  }) => `// The image is a binary PPM of ${width}x${height} pixels:${resize ? ` ${'shortSide' in resize ? `short side ${resize.shortSide}` : `resized to ${resize.width}x${resize.height}`}, bilinear` : ' unchanged'}${crop ? `, then its center of ${crop.width}x${crop.height}` : ''}.
${headers}

#include <onnxruntime_cxx_api.h>

constexpr int64_t kWidth = ${width}, kHeight = ${height};
const std::vector<std::string> kClasses = {${literals(classes)}};
constexpr std::array<float, 3> kMean = {${mean.map((value) => `${value}`).join(', ')}}, kStd = {${std.join(', ')}};

// The image as the model expects it: [1, 3, height, width].
std::vector<float> prepare(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  int64_t width = 0, height = 0, most = 0;
  file >> magic >> width >> height >> most;
  file.get();
  if (magic != "P6" || width != kWidth || height != kHeight || most != 255) throw std::runtime_error("expected a binary PPM of ${width}x${height} pixels");
  std::vector<uint8_t> bytes(static_cast<size_t>(3 * width * height));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  std::vector<float> pixels(bytes.size());
  const size_t count = bytes.size() / 3;
  for (size_t channel = 0; channel < 3; ++channel)
    for (size_t at = 0; at < count; ++at) pixels[channel * count + at] = (bytes[3 * at + channel] / 255.0f - kMean[channel]) / kStd[channel];
  return pixels;
}

int main(int count, char** arguments) try {
  if (count < 2) throw std::runtime_error("expected the name of an image file");
  Ort::Env environment(ORT_LOGGING_LEVEL_WARNING, "classify");
  Ort::Session session(environment, ${literal(modelFile)}, Ort::SessionOptions{});
  std::vector<float> pixels = prepare(arguments[1]);
  const std::array<int64_t, 4> shape = {1, 3, kHeight, kWidth};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  Ort::Value input = Ort::Value::CreateTensor<float>(memory, pixels.data(), pixels.size(), shape.data(), shape.size());
  Ort::AllocatorWithDefaultOptions allocator;
  const auto output = session.GetOutputNameAllocated(0, allocator);
  const char* inputs[] = {${literal(inputName)}};
  const char* outputs[] = {output.get()};
  auto results = session.Run(Ort::RunOptions{}, inputs, &input, 1, outputs, 1);
  const float* scores = results[0].GetTensorData<float>();
  const size_t classes = results[0].GetTensorTypeAndShapeInfo().GetElementCount();
  const float most = *std::max_element(scores, scores + classes);
  double sum = 0;
  for (size_t at = 0; at < classes; ++at) sum += std::exp(scores[at] - most);
  std::vector<size_t> order(classes);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  order.resize(std::min<size_t>(5, classes));
  for (const size_t at : order) std::printf("%.4f %s\\n", std::exp(scores[at] - most) / sum, (kClasses.empty() ? std::to_string(at) : kClasses[at]).c_str());
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\\n';
  return 1;
}
`,
})
