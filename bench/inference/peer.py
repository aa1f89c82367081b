"""One peer of bench/inference: makes its model from the fp32 file, then answers one JSON line with one JSON line.

usage: peer.py KIND FOLDER THREADS; FOLDER holds fp32.onnx, ours.onnx, test.f32, calibration.f32 (float32 [N, 3, H, W]) and facts.json.
"""
import json
import os
import sys
import time

kind, folder, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # libraries print to stdout
os.environ["OMP_NUM_THREADS"] = str(threads)

import numpy as np

facts = json.load(open(f"{folder}/facts.json"))
shape = facts["imageShape"]
fp32, ours = f"{folder}/fp32.onnx", f"{folder}/ours.onnx"


def images(name):
    return np.memmap(f"{folder}/{name}.f32", np.float32, "r").reshape(-1, *shape)


def onnxruntime_session(path, **entries):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    for key, value in entries.items():
        options.add_session_config_entry(key, value)
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0], f"onnxruntime {ort.__version__}"


def onnxruntime_int8():
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process
    import onnx

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.batches = iter(np.array_split(images("calibration"), max(1, len(images("calibration")) // 16)))
            self.name = onnx.load(fp32).graph.input[0].name

        def get_next(self):
            batch = next(self.batches, None)
            return None if batch is None else {self.name: np.ascontiguousarray(batch)}

    prepared, path = f"{folder}/{kind}.prepared.onnx", f"{folder}/{kind}.onnx"
    quant_pre_process(fp32, prepared)
    quantize_static(prepared, path, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    return path


def openvino_model(model, precision):
    import openvino as ov

    core = ov.Core()
    compiled = {}

    def run(x):
        if x.shape not in compiled:
            model.reshape(list(x.shape))
            compiled[x.shape] = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, **precision}).create_infer_request()
        request = compiled[x.shape]
        request.infer({0: x}, share_inputs=True)
        return request.get_output_tensor(0).data.copy()

    return run, f"OpenVINO {ov.__version__}"


def nncf_model():
    import nncf
    import openvino as ov

    # read_model leaves batch normalization beside the convolutions: nothing is corrected then, and quantizers stand in the wrong places.
    model = ov.convert_model(fp32)
    calibration = images("calibration")
    dataset = nncf.Dataset([np.ascontiguousarray(calibration[i : i + 1]) for i in range(len(calibration))])
    return nncf.quantize(model, dataset, preset=nncf.QuantizationPreset.MIXED, subset_size=len(calibration))


def torch_model(quantized):
    import torch
    from torch_graph import read as read_torch

    torch.set_num_threads(threads)
    model = read_torch(fp32)
    if quantized:
        from torch.ao.quantization import get_default_qconfig_mapping
        from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

        example = (torch.from_numpy(np.array(images("calibration")[:1])),)
        torch.backends.quantized.engine = "x86" if "x86" in torch.backends.quantized.supported_engines else "fbgemm"
        model = prepare_fx(model, get_default_qconfig_mapping(torch.backends.quantized.engine), example)
        with torch.inference_mode():
            for batch in np.array_split(images("calibration"), max(1, len(images("calibration")) // 16)):
                model(torch.from_numpy(np.array(batch)))
        model = convert_fx(model)
    else:
        model = model.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        model = torch.jit.freeze(torch.jit.trace(model, torch.from_numpy(np.array(images("test")[:1]))))

    def run(x):
        with torch.inference_mode():
            return model(torch.from_numpy(x).to(memory_format=torch.channels_last)).numpy()

    return run, f"PyTorch {torch.__version__}"


f32 = {"INFERENCE_PRECISION_HINT": "f32"}


def read(path):
    import openvino as ov

    return ov.Core().read_model(path)


kinds = {
    "onnxruntime-fp32": lambda: onnxruntime_session(fp32),
    "onnxruntime-int8": lambda: onnxruntime_session(onnxruntime_int8()),
    "openvino-fp32": lambda: openvino_model(read(fp32), f32),
    "openvino-bf16": lambda: openvino_model(read(fp32), {}),
    "openvino-nncf": lambda: openvino_model(nncf_model(), {}),
    "openvino-ours": lambda: openvino_model(read(ours), {}),
    "pytorch-fp32": lambda: torch_model(False),
    "pytorch-int8": lambda: torch_model(True),
}


def answer(value):
    print(json.dumps(value), file=answers, flush=True)


run, version = kinds[kind]()
answer({"version": version})
noise = {}
for line in sys.stdin:
    task = json.loads(line)
    if task["task"] == "predict":
        test, batch = images("test"), task["batch"]
        answer({"predictions": [int(i) for at in range(0, len(test), batch) for i in np.argmax(run(np.ascontiguousarray(test[at : at + batch])), 1)]})
    else:
        batch = task["batch"]
        x = noise.setdefault(batch, np.random.RandomState(0).randn(batch, *shape).astype(np.float32))
        times = []
        for _ in range(task["settling"] + task["runs"]):
            start = time.perf_counter()
            run(x)
            times.append((time.perf_counter() - start) * 1000)
        answer({"timesMs": times[task["settling"] :]})
