// Runs layers models in TensorFlow.js: node predict.cjs JOBS.json, from the folder of node_modules.
// JOBS: {predict: [{folder, inputs: [{shape, file}], out}], save: [{name, folder, input, out}]}.
// Arrays are files of little-endian float32; OUT is the file of the first output, or of an error.
'use strict';
const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const tf = createRequire(path.join(process.cwd(), 'x'))('@tensorflow/tfjs');

function floats(file) {
  const data = fs.readFileSync(file);
  return new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
}

// What tf.io.http does with fetch, here with files.
function folderHandler(folder) {
  const json = JSON.parse(fs.readFileSync(path.join(folder, 'model.json'), 'utf8'));
  return {
    load: async () => tf.io.getModelArtifactsForJSON(json, async (manifest) => {
      const specs = manifest.flatMap((group) => group.weights);
      const shards = manifest.flatMap((group) => group.paths);
      const data = Buffer.concat(shards.map((name) => fs.readFileSync(path.join(folder, name))));
      return [specs, data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)];
    }),
  };
}

function saveHandler(folder) {
  return {
    save: async (artifacts) => {
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(artifacts.weightData));
      fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify({
        format: artifacts.format,
        generatedBy: artifacts.generatedBy,
        convertedBy: artifacts.convertedBy,
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }],
      }));
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  };
}

const MODELS = {
  'trained in JavaScript': () => {
    const model = tf.sequential();
    model.add(tf.layers.conv2d({
      inputShape: [6, 6, 2], filters: 4, kernelSize: 3, padding: 'same', activation: 'relu',
      kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
    }));
    model.add(tf.layers.batchNormalization({
      movingMeanInitializer: tf.initializers.randomUniform({ minval: -1, maxval: 1, seed: 2 }),
      movingVarianceInitializer: tf.initializers.randomUniform({ minval: 0.5, maxval: 2, seed: 3 }),
    }));
    model.add(tf.layers.depthwiseConv2d({
      kernelSize: 3, depthMultiplier: 2, depthwiseInitializer: tf.initializers.glorotUniform({ seed: 4 }),
    }));
    model.add(tf.layers.activation({ activation: 'hardSigmoid' }));
    model.add(tf.layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }));
    model.add(tf.layers.globalAveragePooling2d({}));
    model.add(tf.layers.leakyReLU({ alpha: 0.1 }));
    model.add(tf.layers.dense({
      units: 3, activation: 'softmax', kernelInitializer: tf.initializers.glorotUniform({ seed: 5 }),
    }));
    return model;
  },
  'functional in JavaScript': () => {
    const part = tf.sequential({ name: 'part' });
    part.add(tf.layers.dense({
      inputShape: [5], units: 5, name: 'inner', activation: 'tanh',
      kernelInitializer: tf.initializers.glorotUniform({ seed: 6 }),
    }));
    const x = tf.input({ shape: [5] });
    const once = part.apply(x);
    const twice = part.apply(once);
    const y = tf.layers.concatenate().apply([twice, x]);
    return tf.model({ inputs: x, outputs: tf.layers.dense({
      units: 2, kernelInitializer: tf.initializers.glorotUniform({ seed: 7 }),
    }).apply(y) });
  },
};

function write(file, tensor) {
  const values = tensor.dataSync();
  fs.writeFileSync(file, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
}

async function attempt(out, work) {
  try {
    write(out, await work());
  } catch (error) {
    fs.writeFileSync(`${out}.error`, String((error && error.message) || error));
  }
}

function run(model, inputs) {
  const given = inputs.map(({ shape, file }) => tf.tensor(floats(file), shape));
  const result = model.predict(given.length === 1 ? given[0] : given);
  return Array.isArray(result) ? result[0] : result;
}

async function main() {
  const jobs = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
  await tf.setBackend('cpu');
  for (const job of jobs.predict) {
    await attempt(job.out, async () => {
      return run(await tf.loadLayersModel(folderHandler(job.folder)), job.inputs);
    });
  }
  for (const job of jobs.save) {
    await attempt(job.out, async () => {
      const model = MODELS[job.name]();
      await model.save(saveHandler(job.folder));
      return run(model, [job.input]);
    });
  }
}

main();
