<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR">
<context>
    <name></name>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the digits &amp;sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the shipped network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo: &amp;housing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prices in California</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo: &amp;MNIST</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Handwritten digits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo: &amp;Fashion-MNIST</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pieces of clothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo: Mobile&amp;NetV2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On your photographs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose &amp;data…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose an .npz file with samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the model under the chosen scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export &amp;plot…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the plot as PNG, SVG or CSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write &amp;report…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the comparison as one HTML file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close qviz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take back the last change of scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do it again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as tab-separated text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Filter layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a layer by name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep layer in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the selected layer unquantized in the next run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a co&amp;mmand…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset all &amp;settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget window places, theme and recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Sine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the sine curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Layer error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show layer errors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the comparison</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ad&amp;vice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which scheme to take</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Eightbit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show TensorFlow 1&apos;s way</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>T&amp;race</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take one number of a layer apart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lo&amp;g counts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic count axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset &amp;zoom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light or dark &amp;theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch the theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme of the s&amp;ystem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow the desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset l&amp;ayout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the panels back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fill the screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the chosen scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare &amp;all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run every scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Verify against LiteRT…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold every tensor of a run against LiteRT&apos;s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Session &amp;log…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happened so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About qviz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models (*.keras *.h5 *.hdf5 *.tflite model.json saved_model.pb);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export plot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PNG picture (*.png);;SVG drawing (*.svg);;Numbers as CSV (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table of image files and labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers as CSV (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report in one HTML file (*.html)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers as JSON (*.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the new folder for TensorFlow.js</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Archives (*.zip)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TFLite models (*.tflite)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code in the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} carries code of its own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening it runs that code with your rights. Do so only if you trust where the file comes from. Run the code in {0}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In plots: the wheel zooms, a drag moves, a double click shows everything. In the weights, Left and Right change the channel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;h3&gt;qviz {0}&lt;/h3&gt;&lt;p&gt;See what post-training quantization does to a neural network, and decide.&lt;/p&gt;&lt;p&gt;Apache License 2.0. Qt and PySide6 are used under the LGPL.&lt;/p&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About qviz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} times smaller ({1} bits)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounding: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>top-1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images whose highest score is the right class, by class number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>top-5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images whose right class is among the five highest scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>by word</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-1 by the example&apos;s rule: the label is contained in the name of the class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>word, 5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-5 by the example&apos;s rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images with the class that float32 gives them under the same scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}. Inputs scaled to {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the example states for these inputs and its rule, 1,000 images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>published
by word</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>published
word, 5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files
size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files
gzip ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>published
gzip ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TensorFlow.js folder for float32, 16 and 8 bit; the artifact of the other schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size over the size as one .tar.gz, as the example computes it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gzip ratio that the example states</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} B as .tar.gz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {0} images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A double click shows the run everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose integers the numbers are made of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What stays float, what saturates, what does not fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Δ float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change against the float32 model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples with the same class as the float32 model; R² for regression</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files of the artifact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size over the size of the float32 artifact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gzip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files gzipped at level 6</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gzip ratio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size over gzipped size: higher means more repetition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the TensorFlow.js example states for a model of this architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>published</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gzip ratio that the TensorFlow.js example states; it packs the folder as one archive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of zeros among the pruned and clustered weights, after quantization</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distinct</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Different values of a weight tensor, fewest to most, after quantization</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>90th percentile {0}; {1}, {2}, {3}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 thread</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} threads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Median for one sample in the LiteRT interpreter, this computer; int8 can be slower here than float32, and still be faster on a phone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Latency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of samples whose highest output is the right class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of samples whose right class is among the five highest outputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean absolute error; lower is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Root mean square error; lower is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} for calibration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preprocessing: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>95% interval {0} to {1} ({2})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: p = {1}; samples better than float: {2}, worse: {3}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rounding: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>metrics of the output {0}, one of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {0} of {1} operators were run, sizes are theirs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; the output is not reached, so there is no accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: zeros {1} → {2}, different values {3} → {4}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples with another class than float: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 Float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2 Wrapped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>3 Stripped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every operator reads and makes float numbers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every operator by itself: Min and Max look at the values, QuantizeV2 gives them codes, the operator works on codes, Dequantize gives float back. Hatched boxes undo each other and vanish in step 3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes and their range go from operator to operator as they are; float is left at the border, and around operators that have no 8-bit form.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redundant: it is undone at once, and gone in step 3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Least value of the tensor, found each time the graph runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Greatest value of the tensor, found each time the graph runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives float values codes 0 to 255 between the minimum and the maximum (MIN_FIRST).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives codes back their float values, by the range that came with them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks which part of the 32-bit range the sums really take, so that 8 bits suffice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brings 32-bit sums to 8-bit codes in the range that was found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Convolution of 8-bit codes; products are summed in 32 bits, hence Requantize after it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Matrix product of 8-bit codes, summed in 32 bits, hence Requantize after it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds two tensors of codes with different ranges, in 32 bits of a common range.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The larger of code and code of 0: works on codes as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes from, or goes to, the rest of the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A constant of the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computes in float.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Works on 8-bit codes and hands their range on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: {1} float operators become {2} when each is wrapped, {3} of them in 8 bits; {4} are redundant, {5} are left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In float, for want of an 8-bit form: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dimension {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>terms added up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>accumulator (integer)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>integer, 1 = {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accumulator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After {0} of {1} terms it is {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>accumulator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest code so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sum of the codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel {0}</source>
        <extracomment>RMSE of rounding to the nearest level, in steps: 1/sqrt(12).</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bars: float32, stems: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;{0}&lt;/b&gt; values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before {0} is folded in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>with {0} folded in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kept in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest scale &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scale &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero point &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>codes in use &lt;b&gt;{0}&lt;/b&gt; of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQNR &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSE &lt;b&gt;{0} steps&lt;/b&gt; (pure rounding: {1})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point at a bar to read value, code and level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and Right change the channel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>  →  code {0}  →  level {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   error {0} = {1} steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   (each channel has its own scale: choose one to read codes)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>   ·   {0} float values in this bin</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-1</source>
        <extracomment>The three kinds of layer error, by the attribute of LayerError that holds them. Metrics of a layer error, by the attribute of ErrorMetrics. Rounding modes of the executor, the plainest first. Metrics of a whole model of which more is better.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MAE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQNR in dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean squared error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine similarity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest absolute error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSE in steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Local</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accumulated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The integers of TFLite&apos;s reference kernels, as microcontrollers have them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The integers of the default interpreter, as phones and PCs have them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scalar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} (custom)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>per channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>per tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} percentile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>true ranges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the CPU of a computer or a phone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the GPU of a phone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>an Edge TPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a microcontroller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a web browser (TensorFlow.js)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where will the model run?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much smaller does it have to be?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a quarter of the size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>half the size is enough</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Are there samples like those that it will meet (100 to 500, without labels)?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Are there labelled samples?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much may it lose?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a little is fine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>next to nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It computes with integers only: inputs, outputs and every operator between have to be 8-bit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It computes with integers only: inputs, outputs and every operator between have to be 8-bit. That needs the ranges of all activations: collect 100 to 500 samples first; no scheme that does without them runs there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights of 16 bits are half the size, and changed no accuracy in any of the four demos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights of 8 bits are a quarter of the size and pack best. Measure it: three demos lost nothing to speak of, MobileNetV2 more than half of its accuracy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights of 8 bits have one scale per tensor and destroyed MobileNetV2 (0.618 to 0.280); 16 bits are the safe ones, at half the size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GPU delegates compute with float16 directly; the loss is insignificant and no data are needed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quarter of the size with minimal loss and without data. GPUs of Android phones take it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quarter of the size with a small loss, and integer arithmetic. GPUs of Android phones take it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Half the size with insignificant loss and without data. A CPU turns the weights back into float32, so that it gets no faster.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quarter of the size, 2 to 3 times faster, minimal loss, and no data needed: where one starts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quarter of the size and the fastest on a CPU, for a small loss; operators without an integer form stay in float32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activations of 16 bits keep the accuracy where those of 8 bits lose it, at nearly the size of int8; but it is slow, as there are no optimized kernels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without labels only the agreement with the float model can be measured, not its accuracy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If it loses too much: with labelled training data, quantization-aware training loses the least of all at this size. qviz does not train.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If it loses too much, int16x8 has 16-bit activations at about this size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16-bit weights for TensorFlow.js</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no loss in any of four demos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Half the size; weights of 16 bits pack hardly better than float32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8-bit weights for TensorFlow.js</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>small in three demos of four; MobileNetV2 fell from 0.618 to 0.280</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A quarter of the size, and gzip packs it better than float32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>float16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>insignificant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on a GPU that computes with float16; a CPU turns weights back into float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input and output stay float32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dynamic range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>minimal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2 to 3 times faster; activations are quantized on the fly, results stay float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The simplest form; no data needed. GPU on Android only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integer with float fallback</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unlabelled samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>small</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>more than 3 times faster</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input and output stay float32, and so do operators without an integer form: not for integer-only hardware.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integer only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model inputs and outputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An operator that cannot be quantized is an error.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16-bit activations, 8-bit weights, with float fallback</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>much smaller than that of 8-bit activations, where these are sensitive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>slower than int8: there are no optimized kernels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experimental; only slightly larger than int8; existing delegates do not take it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16-bit activations, 8-bit weights, integer only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experimental; an operator that cannot be quantized is an error.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bits by minimum and maximum (TensorFlow 1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>outputs very close to those of the float model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a quarter of the memory traffic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ranges are found while it runs; each operator is wrapped in conversions that cancel out. A lesson more than a choice: today&apos;s runtimes do not take such graphs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quantization-aware training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>labelled training data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as integer quantization</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model is trained anew with fake quantization; qviz quantizes trained models only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model as it is, batch norms folded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TensorFlow.js, weights as float16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TensorFlow.js, weights as 16-bit codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TensorFlow.js, weights as 8-bit codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>float16 weights, float computation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8 weights, activations quantized on the fly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8 weights per channel, int8 activations, float operators where needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8 weights per tensor, int8 activations, float operators where needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integers from input to output, int8 input and output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integers from input to output, uint8 input and output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>int8 weights, int16 activations, float operators where needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Integers from input to output, int16 input and output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TensorFlow 1: uint8 between minimum and maximum, ranges found while it runs</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AdviceView</name>
    <message>
        <source>The documents recommend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the documents say of each technique</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The schemes held against the tolerated loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table of the documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured against the tolerance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A few questions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Points of accuracy; for numbers, percent by which the mean error may grow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tolerated loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Technique</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data needed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After “Compare all” the smallest artifact whose loss stays inside the tolerance stands here, its 95 % interval taken into account.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pareto front: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fits, but too few samples to be sure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loses too much</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>does not run there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cannot be told</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At worst</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pareto front</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held against the tolerated loss and the hardware</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured against float32; negative for a gain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Upper end of the 95 % interval of the loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No other scheme is smaller and at least as good</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>Choose this scheme</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CodesPanel</name>
    <message>
        <source>Minimum: the real value of code 0</source>
        <extracomment>How a code stands for a real value, by TensorFlow&apos;s names; the document&apos;s first.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Maximum: the real value of code 255</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mode</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MIN_COMBINED keeps both ends exact, MIN_FIRST keeps 0 exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes and their values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes of a range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The range must rise: the minimum has to be below the maximum.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A range has to hold 0, so TensorFlow widens this one: {0} to {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The real value of the code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What TensorFlow&apos;s page says</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Find a command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Commands</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Schemes side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As tab-separated text (Ctrl+C)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vertical axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Horizontal axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size gzipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} in %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} in kB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Down and to the left is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up and to the left is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dashed: the Pareto front.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to draw: the model&apos;s output is not reached.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;{0}&lt;/b&gt; on &lt;b&gt;{1}&lt;/b&gt;</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DataChooser</name>
    <message>
        <source>Data set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} (built in)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken from Keras&apos; cache, or downloaded once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An .npz file with x and y, or x_test and y_test; or a .csv table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder of images, one folder for each class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preprocessing: as stored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preprocessing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preprocessing, e.g. scale=1/255: scale, offset, mean, std, resize (96x96), channels; parted by commas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the data file says, else as stored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data (*.npz *.csv *.tsv);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DemoCommands</name>
    <message>
        <source>Getting {0} ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder with the data of {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropTarget</name>
    <message>
        <source>Drop to use {0} as data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop to open {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>qviz opens .keras, .h5, .tflite, model.json, SavedModel and .npz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot be opened. qviz reads .keras, .h5, .hdf5, .tflite, model.json and SavedModel folders (or their saved_model.pb) as models, and .npz as data.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EightbitView</name>
    <message numerus="yes">
        <source>%n operators</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>{0}, {1} redundant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Here a layer of your model is drawn three times, as TensorFlow 1 took networks to 8 bits: in float; with every operator between Quantize and Dequantize; and without the pairs that undo each other.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The three pictures side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers around</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many layers before and after it are drawn too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole picture (Ctrl+0); wheel or + and - zoom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the operators of all three pictures as a table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operators of the pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layers around</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eightbit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorPlot</name>
    <message>
        <source>Error: dequantized − float</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No error: the values stay as they are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error (in units of the values)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>count</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Histogram of the error of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest absolute error {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>The digits sample is missing from this installation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model first; then it can be exported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This tab shows no plot to export.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run a scheme first; then there is something to report.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryBar</name>
    <message>
        <source>History of runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none yet: choose a scheme and press Run</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImageDemoCommand</name>
    <message>
        <source>Something else is running; stop it first, or wait for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MobileNetV2 on {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written: {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImageDemoDialog</name>
    <message>
        <source>Demo: MobileNetV2 on your photographs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The TensorFlow.js example feeds MobileNetV2 with pixels scaled to [0, 1], although it was trained on [−1, 1]. Here every scheme runs on both, judged by class number and by the example&apos;s rule: right is a class whose name contains the label.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schemes under both scalings of the input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was measured</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was measured stands here in sentences.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, about {0} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open in the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens the network with these images, scaled as it was trained, and compares the schemes: weights, layer errors, flipped images, report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was left out: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of {1} images with inputs {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImageDemoForm</name>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the file with the network, or the weights of Keras.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder of images, or a table of files and labels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights of keras.applications</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloaded once by TensorFlow in a process of its own (14 MB), then kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a file:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File of the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MobileNetV2 with trained weights (.keras, .h5)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>folder with one folder for each class, or a .csv table of file and label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images to run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spread evenly over the classes; 0 for all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find the ranges of activations, for int8 and int16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ranges found from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of images, one folder for each class</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LanguageMenu</name>
    <message>
        <source>&amp;Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language of the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window is in {0} from the next start on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LayerErrorView</name>
    <message>
        <source>Error of every layer</source>
        <extracomment>Values from which a layer deserves a look; the line can be dragged.</extracomment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind of error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the layer&apos;s weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of its output, the layer alone quantized and fed with float inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of its output inside the quantized network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In order of execution</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show as table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: {1} error of every layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error of 1 layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error of {0} layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Topmost: {0} with {1} {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Signal to quantization noise in dB: each 6 dB are one bit. Layers left of the dashed line are hatched; drag it to set your own limit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean of the squared difference, in the units of the layer&apos;s output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 means the same direction; hatched layers lie below the line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The one value that went furthest astray.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Root mean square error in steps of the code grid. Pure rounding gives 0.289; much more means clamping, or error that came in from earlier layers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The largest error is not always the guilty one: compare local and accumulated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>#</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} SQNR dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} (accumulated)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>  (float32)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LayersPanel</name>
    <message>
        <source>Filter by name or kind (Ctrl+F)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model to see its layers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next run leaves the selected layer unquantized (int8 and dynamic range)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run a scheme to see which layer loses most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQNR of {0}, worst first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has no errors by layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SQNR dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accumulated error of the selected run; the bar is longer the worse it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind of the main operator</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}
output {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cannot run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An operator of this layer cannot be run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It depends on a layer that cannot be run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept in float32</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Main actions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Session log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose folder…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QuantizerOptions</name>
    <message>
        <source>per channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>per tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One scale for each output channel, or one for all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min and max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>percentile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the values met in calibration become a range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as TensorFlow 2.21</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>true ranges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>TensorFlow widens the ranges before some additions; “true ranges” does not, and is often more exact</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RangesPlot</name>
    <message>
        <source>Range of every channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Range of every channel of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} channels; widths from {1} to {2}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No files yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ReportView</name>
    <message>
        <source>Preview of the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write HTML…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write JSON…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open in browser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file without links to anywhere: attach it or keep it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} · {1} parameters · {2} operators · {3}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data: {0} · {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SHA-256 of the model: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gzip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gzip ratio</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunOptionsForm</name>
    <message>
        <source>Samples that find the ranges of activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chooses which samples calibrate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure latency here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Times each .tflite artifact in the LiteRT interpreter. The numbers are of this computer; int8 can be slower on it than float32, and still be faster on a phone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The output that labels, accuracy, agreement and flipped samples are about</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output that metrics are about</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Scatter</name>
    <message>
        <source>{0} over {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}; highest: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scheme</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SchemePanel</name>
    <message>
        <source>Prune and cluster first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Options</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which one?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A few questions lead to a scheme, with the reason</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the chosen scheme (Ctrl+R)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run every scheme (Ctrl+Shift+R)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>; kept in float32: {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SchemeUndo</name>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SineView</name>
    <message>
        <source>Original (float32)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounding rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Floor, 2ⁿ parts (script of the picture)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nearest, zero point nudged (TensorFlow.js)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nearest, symmetric around 0 (TFLite weights)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits of the middle panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits of the right panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lowest value that has a code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Highest value that has a code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same y axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw all panels at the height of the float one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The view of the known picture (Ctrl+0)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole period</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value under the pointer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The range must rise: the lower end has to be below the upper one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}-bit quantization</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sin x on {0} levels, {1} apart.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sin x in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A smooth curve.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>code {0} means exactly 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no code means exactly 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With {0} bits a value can only be one of {1} levels, {2} apart ({3}): this part of the curve keeps {4} of them, with {5} bits {6}. Zoom with the wheel and drag to move: a curve that looks smooth becomes a staircase when you come close enough.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>more than can be drawn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point at a curve to read x, sin x, code, level, error.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} bits: code {1}, level {2}, error {3}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>See what quantization does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drop a &lt;b&gt;.keras&lt;/b&gt;, &lt;b&gt;.h5&lt;/b&gt; or &lt;b&gt;.tflite&lt;/b&gt; file here. qviz shows its weights at once; with data it runs every scheme and tells what each one costs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens a small trained network and compares all schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a model file (Ctrl+O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the sine curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See how codes stand for numbers; needs no model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demos of TensorFlow.js, on their whole test sets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Housing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prices, MLP</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prices in California; published MAE 0.312, 16 bit 0.312, 8 bit 0.313</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>digits, CNN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Handwritten digits; published accuracy 99.52 %, the same at 8 bit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>clothes, CNN</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pieces of clothing; published accuracy 92.2 %, 8 bit 92.11 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your photographs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ImageNet; published accuracy 61.8 %, 16 bit 62.4 %, 8 bit 28.0 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} (missing)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>Ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop at once; what is finished is kept (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happened in this session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, about {0} left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StepChain</name>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>{0}: %n steps</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TermsPanel</name>
    <message>
        <source>Input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a cell to go to its term</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Terms added up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and right keys go from term to term, Space plays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One term back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One term on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Play</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add up the terms one after the other (Space)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Current term</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Term {0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: outside of the image, counts 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, input [{1}]: code {2}; {3} {4}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, input [{1}]: {2} = {3}; sum {4}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Float: {0} × {1} = {2}; sum {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TraceCommand</name>
    <message>
        <source>&amp;Trace an element of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quantize it again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep it in float32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tracing {0} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>random values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} on {1}, rounding {2}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TraceView</name>
    <message>
        <source>Trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Here one number of a quantized layer is taken apart: the codes that go in, every product, the accumulator, and each step of scaling and rounding to its code, beside the same number in float.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Operator of the layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which of the layer&apos;s operators to trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which sample of the data runs, counted from 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The element that is furthest from the float network in this sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The element with the next smaller error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The element that was shown before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy everything as text (Ctrl+C); Ctrl+E writes a picture or a CSV file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the terms and the steps as tables</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Terms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>element</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of the element, 0 to {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The element that is furthest from the float network in this sample; this one is number {0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside the exact result of these codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference to float: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Formula</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trace element [{0}] of {1}, which is read here</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ValuesPlot</name>
    <message>
        <source>value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>count</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Histogram of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} values from {1} to {2}; codes in use: {3}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VerifyCommand</name>
    <message>
        <source>Writing {0} to verify it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verifying {0} against LiteRT</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VerifyDialog</name>
    <message>
        <source>Verify against LiteRT</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same inputs run through qviz and through the LiteRT interpreter, and every tensor is compared. Integers have to be equal; real values may differ by one part in 100,000 of their range.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Findings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Findings stand here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} under {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>also samples of {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no data are chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Differ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First operator that differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: only {1} of {2} operators could be compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: not every mode could be run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: qviz and LiteRT differ.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: qviz computes what LiteRT does.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ViewTabs</name>
    <message>
        <source>Views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Advice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eightbit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trace</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which layer loses most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After a run, a bar for every layer shows how much of its signal is left: of its weights, of the layer alone, and inside the whole network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each scheme costs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After a run, a table sets accuracy, size and gzip size of the schemes side by side, with a picture of accuracy over size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file to hand on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After a run, a report with all numbers and charts can be written as one HTML file, and the numbers as CSV and JSON.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WeightOptions</name>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the weights set to 0, the smallest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in each layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over all layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether each layer loses that share, or all layers together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of different values that each layer keeps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>evenly spaced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the search for these values begins</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prune</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cluster to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plain size stays the same, as every weight is still stored; the gzip size falls. Scales per channel and folding can undo clustering.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WeightsView</name>
    <message>
        <source>{0} has no weights of its own; its error is in the Layer error tab.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All channels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and Right change the channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log counts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic count axis, so that single outliers are seen (L)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value under the pointer</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Workbench</name>
    <message>
        <source>Opening {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing all schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing 1 scheme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing {0} schemes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped. What was finished is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the data to compare on first, in the Scheme panel.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done in {0} s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} {1} of {2} operators can be run; all can be inspected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was skipped: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} more are listed in the report.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
