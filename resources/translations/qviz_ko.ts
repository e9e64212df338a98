<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR">
<context>
    <name></name>
    <message>
        <source>&amp;Open…</source>
        <translation>열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>모델 파일을 엽니다</translation>
    </message>
    <message>
        <source>Try the digits &amp;sample</source>
        <translation>digits 예제 열기(&amp;S)</translation>
    </message>
    <message>
        <source>Open the shipped network</source>
        <translation>함께 제공되는 신경망을 엽니다</translation>
    </message>
    <message>
        <source>Demo: &amp;housing</source>
        <translation>데모: housing(&amp;H)</translation>
    </message>
    <message>
        <source>Prices in California</source>
        <translation>캘리포니아 주택 가격</translation>
    </message>
    <message>
        <source>Demo: &amp;MNIST</source>
        <translation>데모: &amp;MNIST</translation>
    </message>
    <message>
        <source>Handwritten digits</source>
        <translation>손글씨 숫자</translation>
    </message>
    <message>
        <source>Demo: &amp;Fashion-MNIST</source>
        <translation>데모: &amp;Fashion-MNIST</translation>
    </message>
    <message>
        <source>Pieces of clothing</source>
        <translation>의류 사진</translation>
    </message>
    <message>
        <source>Demo: Mobile&amp;NetV2</source>
        <translation>데모: Mobile&amp;NetV2</translation>
    </message>
    <message>
        <source>On your photographs</source>
        <translation>직접 고른 사진으로</translation>
    </message>
    <message>
        <source>Choose &amp;data…</source>
        <translation>데이터 선택(&amp;D)…</translation>
    </message>
    <message>
        <source>Choose an .npz file with samples</source>
        <translation>샘플이 담긴 .npz 파일을 선택합니다</translation>
    </message>
    <message>
        <source>&amp;Export model…</source>
        <translation>모델 내보내기(&amp;E)…</translation>
    </message>
    <message>
        <source>Write the model under the chosen scheme</source>
        <translation>선택한 방식으로 모델을 저장합니다</translation>
    </message>
    <message>
        <source>Export &amp;plot…</source>
        <translation>그래프 내보내기(&amp;P)…</translation>
    </message>
    <message>
        <source>Write the plot as PNG, SVG or CSV</source>
        <translation>그래프를 PNG, SVG 또는 CSV로 저장합니다</translation>
    </message>
    <message>
        <source>Write &amp;report…</source>
        <translation>보고서 저장(&amp;R)…</translation>
    </message>
    <message>
        <source>Write the comparison as one HTML file</source>
        <translation>비교 결과를 HTML 파일 하나로 저장합니다</translation>
    </message>
    <message>
        <source>S&amp;tart page</source>
        <translation>시작 페이지(&amp;T)</translation>
    </message>
    <message>
        <source>Back to the samples and demos; Weights returns to the model</source>
        <translation>예제와 데모가 있는 시작 페이지로 갑니다. 가중치 탭을 누르면 모델로 돌아옵니다</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>종료(&amp;Q)</translation>
    </message>
    <message>
        <source>Close qviz</source>
        <translation>qviz를 닫습니다</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>실행 취소(&amp;U)</translation>
    </message>
    <message>
        <source>Take back the last change of scheme</source>
        <translation>마지막으로 바꾼 방식을 되돌립니다</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>다시 실행(&amp;R)</translation>
    </message>
    <message>
        <source>Do it again</source>
        <translation>되돌린 것을 다시 적용합니다</translation>
    </message>
    <message>
        <source>&amp;Copy table</source>
        <translation>표 복사(&amp;C)</translation>
    </message>
    <message>
        <source>Copy as tab-separated text</source>
        <translation>탭으로 구분된 텍스트로 복사합니다</translation>
    </message>
    <message>
        <source>&amp;Filter layers</source>
        <translation>층 필터(&amp;F)</translation>
    </message>
    <message>
        <source>Find a layer by name</source>
        <translation>이름으로 층을 찾습니다</translation>
    </message>
    <message>
        <source>&amp;Keep layer in float32</source>
        <translation>층을 float32로 유지(&amp;K)</translation>
    </message>
    <message>
        <source>Leave the selected layer unquantized in the next run</source>
        <translation>다음 실행에서 선택한 층을 양자화하지 않습니다</translation>
    </message>
    <message>
        <source>Find a co&amp;mmand…</source>
        <translation>명령 찾기(&amp;M)…</translation>
    </message>
    <message>
        <source>All commands</source>
        <translation>모든 명령</translation>
    </message>
    <message>
        <source>Reset all &amp;settings</source>
        <translation>모든 설정 초기화(&amp;S)</translation>
    </message>
    <message>
        <source>Forget window places, theme and recent files</source>
        <translation>창 배치, 테마, 최근 파일을 모두 지웁니다</translation>
    </message>
    <message>
        <source>&amp;Weights</source>
        <translation>가중치(&amp;W)</translation>
    </message>
    <message>
        <source>Show the weights</source>
        <translation>가중치를 봅니다</translation>
    </message>
    <message>
        <source>&amp;Sine</source>
        <translation>사인(&amp;S)</translation>
    </message>
    <message>
        <source>Show the sine curve</source>
        <translation>사인 곡선을 봅니다</translation>
    </message>
    <message>
        <source>&amp;Layer error</source>
        <translation>층 오차(&amp;L)</translation>
    </message>
    <message>
        <source>Show layer errors</source>
        <translation>층별 오차를 봅니다</translation>
    </message>
    <message>
        <source>&amp;Compare</source>
        <translation>비교(&amp;C)</translation>
    </message>
    <message>
        <source>Show the comparison</source>
        <translation>비교 결과를 봅니다</translation>
    </message>
    <message>
        <source>&amp;Report</source>
        <translation>보고서(&amp;R)</translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation>보고서를 봅니다</translation>
    </message>
    <message>
        <source>Ad&amp;vice</source>
        <translation>추천(&amp;V)</translation>
    </message>
    <message>
        <source>Which scheme to take</source>
        <translation>어떤 방식을 쓸지 알아봅니다</translation>
    </message>
    <message>
        <source>&amp;Eightbit</source>
        <translation>8비트(&amp;E)</translation>
    </message>
    <message>
        <source>Show TensorFlow 1&apos;s way</source>
        <translation>TensorFlow 1의 방식을 봅니다</translation>
    </message>
    <message>
        <source>T&amp;race</source>
        <translation>추적(&amp;R)</translation>
    </message>
    <message>
        <source>Take one number of a layer apart</source>
        <translation>층의 숫자 하나를 분해해 봅니다</translation>
    </message>
    <message>
        <source>Lo&amp;g counts</source>
        <translation>개수 로그 축(&amp;G)</translation>
    </message>
    <message>
        <source>Logarithmic count axis</source>
        <translation>개수 축을 로그로 표시합니다</translation>
    </message>
    <message>
        <source>Reset &amp;zoom</source>
        <translation>확대 초기화(&amp;Z)</translation>
    </message>
    <message>
        <source>Show everything</source>
        <translation>전체를 봅니다</translation>
    </message>
    <message>
        <source>Light or dark &amp;theme</source>
        <translation>밝은/어두운 테마(&amp;T)</translation>
    </message>
    <message>
        <source>Switch the theme</source>
        <translation>테마를 바꿉니다</translation>
    </message>
    <message>
        <source>Theme of the s&amp;ystem</source>
        <translation>시스템 테마(&amp;Y)</translation>
    </message>
    <message>
        <source>Follow the desktop</source>
        <translation>데스크톱 설정을 따릅니다</translation>
    </message>
    <message>
        <source>Reset l&amp;ayout</source>
        <translation>배치 초기화(&amp;A)</translation>
    </message>
    <message>
        <source>Put the panels back</source>
        <translation>패널을 제자리로 돌립니다</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>전체 화면(&amp;F)</translation>
    </message>
    <message>
        <source>Fill the screen</source>
        <translation>화면을 가득 채웁니다</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>실행(&amp;R)</translation>
    </message>
    <message>
        <source>Run the chosen scheme</source>
        <translation>선택한 방식을 실행합니다</translation>
    </message>
    <message>
        <source>Compare &amp;all</source>
        <translation>모두 비교(&amp;A)</translation>
    </message>
    <message>
        <source>Run every scheme</source>
        <translation>모든 방식을 실행합니다</translation>
    </message>
    <message>
        <source>&amp;Verify against LiteRT…</source>
        <translation>LiteRT와 대조 검증(&amp;V)…</translation>
    </message>
    <message>
        <source>Hold every tensor of a run against LiteRT&apos;s</source>
        <translation>실행 결과의 모든 텐서를 LiteRT의 텐서와 대조합니다</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>중지(&amp;S)</translation>
    </message>
    <message>
        <source>Stop at once</source>
        <translation>즉시 멈춥니다</translation>
    </message>
    <message>
        <source>Session &amp;log…</source>
        <translation>세션 기록(&amp;L)…</translation>
    </message>
    <message>
        <source>What happened so far</source>
        <translation>지금까지의 기록</translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation>단축키(&amp;S)</translation>
    </message>
    <message>
        <source>All shortcuts</source>
        <translation>모든 단축키</translation>
    </message>
    <message>
        <source>&amp;About qviz</source>
        <translation>qviz 정보(&amp;A)</translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation>버전과 라이선스</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>테마</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>편집(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>Models (*.keras *.h5 *.hdf5 *.tflite model.json saved_model.pb);;All files (*)</source>
        <translation>모델 (*.keras *.h5 *.hdf5 *.tflite model.json saved_model.pb);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Export plot</source>
        <translation>그래프 내보내기</translation>
    </message>
    <message>
        <source>PNG picture (*.png);;SVG drawing (*.svg);;Numbers as CSV (*.csv)</source>
        <translation>PNG 그림 (*.png);;SVG 그림 (*.svg);;CSV 숫자 (*.csv)</translation>
    </message>
    <message>
        <source>Table of image files and labels</source>
        <translation>이미지 파일과 레이블의 표</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv);;All files (*)</source>
        <translation>표 (*.csv *.tsv);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Export table</source>
        <translation>표 내보내기</translation>
    </message>
    <message>
        <source>Numbers as CSV (*.csv)</source>
        <translation>CSV 숫자 (*.csv)</translation>
    </message>
    <message>
        <source>Report in one HTML file (*.html)</source>
        <translation>HTML 파일 하나로 된 보고서 (*.html)</translation>
    </message>
    <message>
        <source>Numbers as JSON (*.json)</source>
        <translation>JSON 숫자 (*.json)</translation>
    </message>
    <message>
        <source>Write report</source>
        <translation>보고서 저장</translation>
    </message>
    <message>
        <source>Name of the new folder for TensorFlow.js</source>
        <translation>TensorFlow.js용 새 폴더 이름</translation>
    </message>
    <message>
        <source>Folder (*)</source>
        <translation>폴더 (*)</translation>
    </message>
    <message>
        <source>Export model</source>
        <translation>모델 내보내기</translation>
    </message>
    <message>
        <source>Archives (*.zip)</source>
        <translation>압축 파일 (*.zip)</translation>
    </message>
    <message>
        <source>TFLite models (*.tflite)</source>
        <translation>TFLite 모델 (*.tflite)</translation>
    </message>
    <message>
        <source>Code in the model</source>
        <translation>모델에 든 코드</translation>
    </message>
    <message>
        <source>{0} carries code of its own.</source>
        <translation>{0} 파일에는 자체 코드가 들어 있습니다.</translation>
    </message>
    <message>
        <source>Opening it runs that code with your rights. Do so only if you trust where the file comes from. Run the code in {0}?</source>
        <translation>파일을 열면 그 코드가 사용자의 권한으로 실행됩니다. 출처를 신뢰할 수 있을 때만 여십시오. {0} 안의 코드를 실행할까요?</translation>
    </message>
    <message>
        <source>In plots: the wheel zooms, a drag moves, a double click shows everything. In the weights, Left and Right change the channel.</source>
        <translation>그래프에서는 휠로 확대하고, 끌어서 이동하며, 두 번 클릭하면 전체가 보입니다. 가중치 탭에서는 왼쪽·오른쪽 키로 채널을 바꿉니다.</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>&lt;h3&gt;qviz {0}&lt;/h3&gt;&lt;p&gt;See what post-training quantization does to a neural network, and decide.&lt;/p&gt;&lt;p&gt;Apache License 2.0. Qt and PySide6 are used under the LGPL.&lt;/p&gt;</source>
        <translation>&lt;h3&gt;qviz {0}&lt;/h3&gt;&lt;p&gt;학습 후 양자화가 신경망을 어떻게 바꾸는지 보고 결정하십시오.&lt;/p&gt;&lt;p&gt;Apache License 2.0. Qt와 PySide6는 LGPL에 따라 사용합니다.&lt;/p&gt;</translation>
    </message>
    <message>
        <source>About qviz</source>
        <translation>qviz 정보</translation>
    </message>
    <message>
        <source>Quantized</source>
        <translation>양자화 대상</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Data needed</source>
        <translation>필요한 데이터</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>실행 환경</translation>
    </message>
    <message>
        <source>{0} times smaller ({1} bits)</source>
        <translation>1/{0} 크기({1}비트)</translation>
    </message>
    <message>
        <source>Rounding: {0}</source>
        <translation>반올림: {0}</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>방식</translation>
    </message>
    <message>
        <source>top-1</source>
        <translation>top-1</translation>
    </message>
    <message>
        <source>Images whose highest score is the right class, by class number</source>
        <translation>최고 점수의 클래스 번호가 정답인 이미지</translation>
    </message>
    <message>
        <source>top-5</source>
        <translation>top-5</translation>
    </message>
    <message>
        <source>Images whose right class is among the five highest scores</source>
        <translation>정답 클래스가 상위 5개 점수 안에 든 이미지</translation>
    </message>
    <message>
        <source>by word</source>
        <translation>단어 기준</translation>
    </message>
    <message>
        <source>Top-1 by the example&apos;s rule: the label is contained in the name of the class</source>
        <translation>예제 규칙의 top-1: 클래스 이름에 레이블이 들어 있으면 정답</translation>
    </message>
    <message>
        <source>word, 5</source>
        <translation>단어, 5</translation>
    </message>
    <message>
        <source>Top-5 by the example&apos;s rule</source>
        <translation>예제 규칙의 top-5</translation>
    </message>
    <message>
        <source>as float</source>
        <translation>float와 일치</translation>
    </message>
    <message>
        <source>Images with the class that float32 gives them under the same scaling</source>
        <translation>같은 스케일링에서 float32와 같은 클래스로 판정된 이미지</translation>
    </message>
    <message>
        <source>{0}. Inputs scaled to {1}.</source>
        <translation>{0}. 입력 스케일링: {1}.</translation>
    </message>
    <message>
        <source>What the example states for these inputs and its rule, 1,000 images</source>
        <translation>이 입력과 규칙에 대해 예제가 밝힌 값, 이미지 1,000장</translation>
    </message>
    <message>
        <source>published
by word</source>
        <translation>공개된 값
단어 기준</translation>
    </message>
    <message>
        <source>published
word, 5</source>
        <translation>공개된 값
단어, 5</translation>
    </message>
    <message>
        <source>Files
size</source>
        <translation>파일
크기</translation>
    </message>
    <message>
        <source>Files
gzip ratio</source>
        <translation>파일
gzip 압축비</translation>
    </message>
    <message>
        <source>published
gzip ratio</source>
        <translation>공개된 값
gzip 압축비</translation>
    </message>
    <message>
        <source>TensorFlow.js folder for float32, 16 and 8 bit; the artifact of the other schemes</source>
        <translation>float32, 16비트, 8비트는 TensorFlow.js 폴더, 나머지 방식은 산출물</translation>
    </message>
    <message>
        <source>Size over the size as one .tar.gz, as the example computes it</source>
        <translation>예제가 계산하는 대로, 크기를 하나의 .tar.gz 크기로 나눈 값</translation>
    </message>
    <message>
        <source>gzip ratio that the example states</source>
        <translation>예제가 밝힌 gzip 압축비</translation>
    </message>
    <message>
        <source>{0} B as .tar.gz</source>
        <translation>.tar.gz로 {0} B</translation>
    </message>
    <message>
        <source>of {0} images</source>
        <translation>이미지 {0}장 중</translation>
    </message>
    <message>
        <source>A double click shows the run everywhere</source>
        <translation>두 번 클릭하면 모든 탭에 이 실행을 표시합니다</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>반올림</translation>
    </message>
    <message>
        <source>Whose integers the numbers are made of</source>
        <translation>어느 구현의 정수로 계산한 값인지</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>비고</translation>
    </message>
    <message>
        <source>What stays float, what saturates, what does not fit</source>
        <translation>float로 남는 것, 포화되는 것, 맞지 않는 것</translation>
    </message>
    <message>
        <source>Δ float</source>
        <translation>Δ float</translation>
    </message>
    <message>
        <source>Change against the float32 model</source>
        <translation>float32 모델과의 차이</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>일치율</translation>
    </message>
    <message>
        <source>Samples with the same class as the float32 model; R² for regression</source>
        <translation>float32 모델과 같은 클래스로 판정된 샘플; 회귀에서는 R²</translation>
    </message>
    <message>
        <source>All files of the artifact</source>
        <translation>산출물의 모든 파일</translation>
    </message>
    <message>
        <source>of float</source>
        <translation>float 대비</translation>
    </message>
    <message>
        <source>Size over the size of the float32 artifact</source>
        <translation>float32 산출물의 크기에 대한 비율</translation>
    </message>
    <message>
        <source>gzip</source>
        <translation>gzip</translation>
    </message>
    <message>
        <source>All files gzipped at level 6</source>
        <translation>모든 파일을 gzip 수준 6으로 압축한 크기</translation>
    </message>
    <message>
        <source>gzip ratio</source>
        <translation>gzip 압축비</translation>
    </message>
    <message>
        <source>Size over gzipped size: higher means more repetition</source>
        <translation>크기를 gzip 크기로 나눈 값: 클수록 반복이 많음</translation>
    </message>
    <message>
        <source>What the TensorFlow.js example states for a model of this architecture</source>
        <translation>이 구조의 모델에 대해 TensorFlow.js 예제가 밝힌 값</translation>
    </message>
    <message>
        <source>published</source>
        <translation>공개된 값</translation>
    </message>
    <message>
        <source>gzip ratio that the TensorFlow.js example states; it packs the folder as one archive</source>
        <translation>TensorFlow.js 예제가 밝힌 gzip 압축비; 예제는 폴더를 하나의 압축 파일로 묶음</translation>
    </message>
    <message>
        <source>Zeros</source>
        <translation>0의 비율</translation>
    </message>
    <message>
        <source>Share of zeros among the pruned and clustered weights, after quantization</source>
        <translation>가지치기하고 클러스터링한 가중치 중 양자화 후 0의 비율</translation>
    </message>
    <message>
        <source>Distinct</source>
        <translation>서로 다른 값</translation>
    </message>
    <message>
        <source>Different values of a weight tensor, fewest to most, after quantization</source>
        <translation>양자화 후 가중치 텐서의 서로 다른 값의 수, 최소에서 최대까지</translation>
    </message>
    <message>
        <source>90th percentile {0}; {1}, {2}, {3}</source>
        <translation>90번째 백분위수 {0}; {1}, {2}, {3}</translation>
    </message>
    <message>
        <source>1 run</source>
        <translation>실행 1회</translation>
    </message>
    <message>
        <source>{0} runs</source>
        <translation>실행 {0}회</translation>
    </message>
    <message>
        <source>1 thread</source>
        <translation>스레드 1개</translation>
    </message>
    <message>
        <source>{0} threads</source>
        <translation>스레드 {0}개</translation>
    </message>
    <message>
        <source>Median for one sample in the LiteRT interpreter, this computer; int8 can be slower here than float32, and still be faster on a phone</source>
        <translation>이 컴퓨터의 LiteRT 인터프리터에서 샘플 하나에 걸린 시간의 중앙값; int8은 여기서 float32보다 느려도 휴대전화에서는 더 빠를 수 있음</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>지연 시간</translation>
    </message>
    <message>
        <source>Share of samples whose highest output is the right class</source>
        <translation>가장 큰 출력이 정답 클래스인 샘플의 비율</translation>
    </message>
    <message>
        <source>Share of samples whose right class is among the five highest outputs</source>
        <translation>정답 클래스가 상위 5개 출력 안에 든 샘플의 비율</translation>
    </message>
    <message>
        <source>Mean absolute error, in the unit of the labels; lower is better</source>
        <translation>평균 절대 오차(레이블과 같은 단위), 낮을수록 좋습니다</translation>
    </message>
    <message>
        <source>Root mean square error, in the unit of the labels; lower is better</source>
        <translation>평균 제곱근 오차(레이블과 같은 단위), 낮을수록 좋습니다</translation>
    </message>
    <message>
        <source>1 sample</source>
        <translation>샘플 1개</translation>
    </message>
    <message>
        <source>{0} samples</source>
        <translation>샘플 {0}개</translation>
    </message>
    <message>
        <source>{0} for calibration</source>
        <translation>보정용 {0}개</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>preprocessing: {0}</source>
        <translation>전처리: {0}</translation>
    </message>
    <message>
        <source>95% interval {0} to {1} ({2})</source>
        <translation>95% 구간 {0} ~ {1} ({2})</translation>
    </message>
    <message>
        <source>{0}: p = {1}; samples better than float: {2}, worse: {3}</source>
        <translation>{0}: p = {1}; float보다 나은 샘플: {2}, 못한 샘플: {3}</translation>
    </message>
    <message>
        <source>rounding: {0}</source>
        <translation>반올림: {0}</translation>
    </message>
    <message>
        <source>metrics of the output {0}, one of {1}</source>
        <translation>출력 {0}의 지표, 전체 출력 {1}개</translation>
    </message>
    <message>
        <source>Only {0} of {1} operators were run, sizes are theirs</source>
        <translation>연산자 {1}개 중 {0}개만 실행했으며, 크기도 그 부분의 값입니다</translation>
    </message>
    <message>
        <source>; the output is not reached, so there is no accuracy</source>
        <translation>; 출력에 도달하지 못해 정확도가 없습니다</translation>
    </message>
    <message>
        <source>{0}: zeros {1} → {2}, different values {3} → {4}</source>
        <translation>{0}: 0의 비율 {1} → {2}, 서로 다른 값 {3} → {4}</translation>
    </message>
    <message>
        <source>Samples with another class than float: {0}</source>
        <translation>float와 다른 클래스로 판정된 샘플: {0}</translation>
    </message>
    <message>
        <source>1 Float</source>
        <translation>1 Float</translation>
    </message>
    <message>
        <source>2 Wrapped</source>
        <translation>2 감싸기</translation>
    </message>
    <message>
        <source>3 Stripped</source>
        <translation>3 걷어내기</translation>
    </message>
    <message>
        <source>Every operator reads and makes float numbers.</source>
        <translation>모든 연산자가 float 숫자를 읽고 만듭니다.</translation>
    </message>
    <message>
        <source>Every operator by itself: Min and Max look at the values, QuantizeV2 gives them codes, the operator works on codes, Dequantize gives float back. Hatched boxes undo each other and vanish in step 3.</source>
        <translation>연산자 하나하나를 따로: Min과 Max가 값을 살피고, QuantizeV2가 값에 코드를 매기며, 연산자는 코드로 계산하고, Dequantize가 float로 되돌립니다. 빗금 친 상자는 서로 상쇄되어 3단계에서 사라집니다.</translation>
    </message>
    <message>
        <source>Codes and their range go from operator to operator as they are; float is left at the border, and around operators that have no 8-bit form.</source>
        <translation>코드와 그 범위가 그대로 연산자에서 연산자로 전달됩니다. float는 경계와, 8비트 형태가 없는 연산자 주위에만 남습니다.</translation>
    </message>
    <message>
        <source>Layer: {0}</source>
        <translation>층: {0}</translation>
    </message>
    <message>
        <source>Redundant: it is undone at once, and gone in step 3.</source>
        <translation>불필요: 곧바로 되돌려지므로 3단계에서 사라집니다.</translation>
    </message>
    <message>
        <source>Least value of the tensor, found each time the graph runs.</source>
        <translation>텐서의 최솟값. 그래프를 실행할 때마다 찾습니다.</translation>
    </message>
    <message>
        <source>Greatest value of the tensor, found each time the graph runs.</source>
        <translation>텐서의 최댓값. 그래프를 실행할 때마다 찾습니다.</translation>
    </message>
    <message>
        <source>Gives float values codes 0 to 255 between the minimum and the maximum (MIN_FIRST).</source>
        <translation>최솟값과 최댓값 사이의 float 값에 0~255 코드를 매깁니다(MIN_FIRST).</translation>
    </message>
    <message>
        <source>Gives codes back their float values, by the range that came with them.</source>
        <translation>함께 전달된 범위로 코드를 float 값으로 되돌립니다.</translation>
    </message>
    <message>
        <source>Looks which part of the 32-bit range the sums really take, so that 8 bits suffice.</source>
        <translation>합이 32비트 범위 중 실제로 어느 부분을 차지하는지 살펴 8비트로 충분하게 합니다.</translation>
    </message>
    <message>
        <source>Brings 32-bit sums to 8-bit codes in the range that was found.</source>
        <translation>찾은 범위에서 32비트 합을 8비트 코드로 바꿉니다.</translation>
    </message>
    <message>
        <source>Convolution of 8-bit codes; products are summed in 32 bits, hence Requantize after it.</source>
        <translation>8비트 코드의 합성곱. 곱을 32비트로 더하므로 뒤에 Requantize가 옵니다.</translation>
    </message>
    <message>
        <source>Matrix product of 8-bit codes, summed in 32 bits, hence Requantize after it.</source>
        <translation>8비트 코드의 행렬곱. 32비트로 더하므로 뒤에 Requantize가 옵니다.</translation>
    </message>
    <message>
        <source>Adds two tensors of codes with different ranges, in 32 bits of a common range.</source>
        <translation>범위가 다른 두 코드 텐서를 공통 범위의 32비트로 더합니다.</translation>
    </message>
    <message>
        <source>The larger of code and code of 0: works on codes as they are.</source>
        <translation>코드와 0의 코드 중 큰 쪽: 코드를 그대로 다룹니다.</translation>
    </message>
    <message>
        <source>Comes from, or goes to, the rest of the model.</source>
        <translation>모델의 나머지 부분에서 오거나 그리로 갑니다.</translation>
    </message>
    <message>
        <source>A constant of the model.</source>
        <translation>모델의 상수입니다.</translation>
    </message>
    <message>
        <source>Computes in float.</source>
        <translation>float로 계산합니다.</translation>
    </message>
    <message>
        <source>Works on 8-bit codes and hands their range on.</source>
        <translation>8비트 코드로 계산하고 그 범위를 넘겨줍니다.</translation>
    </message>
    <message>
        <source>{0}: {1} float operators become {2} when each is wrapped, {3} of them in 8 bits; {4} are redundant, {5} are left.</source>
        <translation>{0}: float 연산자 {1}개를 각각 감싸면 {2}개가 되고 그중 {3}개가 8비트입니다. {4}개는 불필요하며 {5}개가 남습니다.</translation>
    </message>
    <message>
        <source>In float, for want of an 8-bit form: {0}.</source>
        <translation>8비트 형태가 없어 float로 남는 것: {0}.</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Row</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>열</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>채널</translation>
    </message>
    <message>
        <source>Dimension {0}</source>
        <translation>차원 {0}</translation>
    </message>
    <message>
        <source>terms added up</source>
        <translation>더한 항의 수</translation>
    </message>
    <message>
        <source>accumulator (integer)</source>
        <translation>누산기(정수)</translation>
    </message>
    <message>
        <source>integer, 1 = {0}</source>
        <translation>정수, 1 = {0}</translation>
    </message>
    <message>
        <source>Accumulator</source>
        <translation>누산기</translation>
    </message>
    <message>
        <source>After {0} of {1} terms it is {2}.</source>
        <translation>항 {1}개 중 {0}개를 더한 값은 {2}입니다.</translation>
    </message>
    <message>
        <source>accumulator</source>
        <translation>누산기</translation>
    </message>
    <message>
        <source>largest code so far</source>
        <translation>지금까지 가장 큰 코드</translation>
    </message>
    <message>
        <source>sum of the codes</source>
        <translation>코드의 합</translation>
    </message>
    <message>
        <source>float sum, same scale</source>
        <translation>float 합, 같은 스케일</translation>
    </message>
    <message>
        <source>channel {0}</source>
        <extracomment>RMSE of rounding to the nearest level, in steps: 1/sqrt(12).</extracomment>
        <translation>채널 {0}</translation>
    </message>
    <message>
        <source>{0} as stored in the file</source>
        <translation>파일에 저장된 {0}</translation>
    </message>
    <message>
        <source>bars: float32, stems: {0}</source>
        <translation>막대: float32, 줄기: {0}</translation>
    </message>
    <message>
        <source>&lt;b&gt;{0}&lt;/b&gt; values</source>
        <translation>값 &lt;b&gt;{0}&lt;/b&gt;개</translation>
    </message>
    <message>
        <source>before {0} is folded in</source>
        <translation>{0} 층을 합치기 전</translation>
    </message>
    <message>
        <source>with {0} folded in</source>
        <translation>{0} 층을 합친 값</translation>
    </message>
    <message>
        <source>stored as &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation>&lt;b&gt;{0}&lt;/b&gt;로 저장됨</translation>
    </message>
    <message>
        <source>kept in float32</source>
        <translation>float32로 유지</translation>
    </message>
    <message>
        <source>one scale per channel, &lt;b&gt;{0}&lt;/b&gt; to &lt;b&gt;{1}&lt;/b&gt;</source>
        <translation>채널마다 스케일 하나, &lt;b&gt;{0}&lt;/b&gt; ~ &lt;b&gt;{1}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>largest scale &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation>가장 큰 스케일 &lt;b&gt;{0}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>scale &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation>스케일 &lt;b&gt;{0}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>zero point &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation>영점 &lt;b&gt;{0}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>codes in use &lt;b&gt;{0}&lt;/b&gt; of {1}</source>
        <translation>쓰인 코드 &lt;b&gt;{0}&lt;/b&gt;/{1}</translation>
    </message>
    <message>
        <source>the file has no float32 weights to compare with</source>
        <translation>파일에 비교할 float32 가중치가 없습니다</translation>
    </message>
    <message>
        <source>SQNR &lt;b&gt;{0}&lt;/b&gt;</source>
        <translation>SQNR &lt;b&gt;{0}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>RMSE &lt;b&gt;{0} steps&lt;/b&gt; (pure rounding: {1})</source>
        <translation>RMSE &lt;b&gt;{0}스텝&lt;/b&gt;(순수 반올림: {1})</translation>
    </message>
    <message>
        <source>Point at a bar to read value, code and level.</source>
        <translation>막대를 가리키면 값, 코드, 레벨이 나옵니다.</translation>
    </message>
    <message>
        <source>Point at a line to read its code and value.</source>
        <translation>선을 가리키면 코드와 값이 나옵니다.</translation>
    </message>
    <message>
        <source>Left and Right change the channel.</source>
        <translation>왼쪽·오른쪽 키로 채널을 바꿉니다.</translation>
    </message>
    <message>
        <source>value {0}</source>
        <translation>값 {0}</translation>
    </message>
    <message>
        <source>  →  code {0}  →  level {1}</source>
        <translation>  →  코드 {0}  →  레벨 {1}</translation>
    </message>
    <message>
        <source>   error {0} = {1} steps</source>
        <translation>   오차 {0} = {1}스텝</translation>
    </message>
    <message>
        <source>   (each channel has its own scale: choose one to read codes)</source>
        <translation>   (채널마다 스케일이 다릅니다. 코드를 읽으려면 채널을 하나 고르십시오)</translation>
    </message>
    <message>
        <source>   ·   {0} float values in this bin</source>
        <translation>   ·   이 구간의 float 값 {0}개</translation>
    </message>
    <message>
        <source>value {0}   ·   {1} values near it</source>
        <translation>값 {0}   ·   가까운 값 {1}개</translation>
    </message>
    <message>
        <source>code {0}</source>
        <translation>코드 {0}</translation>
    </message>
    <message>
        <source>   (each channel has its own scale: choose one to read values)</source>
        <translation>   (채널마다 스케일이 다릅니다. 채널을 하나 고르면 값이 나옵니다)</translation>
    </message>
    <message>
        <source>  →  value {0}</source>
        <translation>  →  값 {0}</translation>
    </message>
    <message>
        <source>   ·   {0} weights have it</source>
        <translation>   ·   가중치 {0}개</translation>
    </message>
    <message>
        <source>This file is quantized already ({0}), and a scheme needs the float model that it was made from. Run measures the file as it is.</source>
        <extracomment>The three kinds of layer error, by the attribute of LayerError that holds them. Metrics of a layer error, by the attribute of ErrorMetrics. Rounding modes of the executor, the plainest first. Metrics of a whole model of which more is better.</extracomment>
        <translation>이미 양자화된 파일입니다({0}). 방식을 적용하려면 원본 float 모델이 필요합니다. 실행하면 파일을 그대로 측정합니다.</translation>
    </message>
    <message>
        <source>Top-1</source>
        <translation>Top-1</translation>
    </message>
    <message>
        <source>Top-5</source>
        <translation>Top-5</translation>
    </message>
    <message>
        <source>MAE</source>
        <translation>MAE</translation>
    </message>
    <message>
        <source>RMSE</source>
        <translation>RMSE</translation>
    </message>
    <message>
        <source>SQNR in dB</source>
        <translation>SQNR(dB)</translation>
    </message>
    <message>
        <source>Mean squared error</source>
        <translation>평균 제곱 오차</translation>
    </message>
    <message>
        <source>Cosine similarity</source>
        <translation>코사인 유사도</translation>
    </message>
    <message>
        <source>Largest absolute error</source>
        <translation>최대 절대 오차</translation>
    </message>
    <message>
        <source>RMSE in steps</source>
        <translation>RMSE(스텝 단위)</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Local</source>
        <translation>국소</translation>
    </message>
    <message>
        <source>Accumulated</source>
        <translation>누적</translation>
    </message>
    <message>
        <source>The integers of TFLite&apos;s reference kernels, as microcontrollers have them</source>
        <translation>마이크로컨트롤러에서 쓰이는 TFLite 기준(reference) 커널의 정수</translation>
    </message>
    <message>
        <source>The integers of the default interpreter, as phones and PCs have them</source>
        <translation>휴대전화와 PC에서 쓰이는 기본 인터프리터의 정수</translation>
    </message>
    <message>
        <source>not a number</source>
        <translation>숫자 아님</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>정확</translation>
    </message>
    <message>
        <source>scalar</source>
        <translation>스칼라</translation>
    </message>
    <message>
        <source>no error</source>
        <translation>오차 없음</translation>
    </message>
    <message>
        <source>{0} (custom)</source>
        <translation>{0}(사용자 정의)</translation>
    </message>
    <message>
        <source>per channel</source>
        <translation>채널별</translation>
    </message>
    <message>
        <source>per tensor</source>
        <translation>텐서별</translation>
    </message>
    <message>
        <source>{0} percentile</source>
        <translation>백분위수 {0}</translation>
    </message>
    <message>
        <source>true ranges</source>
        <translation>실제 범위</translation>
    </message>
    <message>
        <source>{0} in float32</source>
        <translation>float32로 {0}개</translation>
    </message>
    <message>
        <source>the CPU of a computer or a phone</source>
        <translation>컴퓨터나 휴대전화의 CPU</translation>
    </message>
    <message>
        <source>the GPU of a phone</source>
        <translation>휴대전화의 GPU</translation>
    </message>
    <message>
        <source>an Edge TPU</source>
        <translation>Edge TPU</translation>
    </message>
    <message>
        <source>a microcontroller</source>
        <translation>마이크로컨트롤러</translation>
    </message>
    <message>
        <source>a web browser (TensorFlow.js)</source>
        <translation>웹 브라우저(TensorFlow.js)</translation>
    </message>
    <message>
        <source>Where will the model run?</source>
        <translation>모델을 어디에서 실행합니까?</translation>
    </message>
    <message>
        <source>How much smaller does it have to be?</source>
        <translation>얼마나 작아져야 합니까?</translation>
    </message>
    <message>
        <source>a quarter of the size</source>
        <translation>4분의 1 크기</translation>
    </message>
    <message>
        <source>half the size is enough</source>
        <translation>절반 크기면 충분</translation>
    </message>
    <message>
        <source>Are there samples like those that it will meet (100 to 500, without labels)?</source>
        <translation>실제로 만나게 될 것과 비슷한 샘플이 있습니까(100~500개, 레이블 불필요)?</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>no</source>
        <translation>아니요</translation>
    </message>
    <message>
        <source>Are there labelled samples?</source>
        <translation>레이블이 있는 샘플이 있습니까?</translation>
    </message>
    <message>
        <source>How much may it lose?</source>
        <translation>손실은 얼마까지 괜찮습니까?</translation>
    </message>
    <message>
        <source>a little is fine</source>
        <translation>조금은 괜찮음</translation>
    </message>
    <message>
        <source>next to nothing</source>
        <translation>거의 없어야 함</translation>
    </message>
    <message>
        <source>It computes with integers only: inputs, outputs and every operator between have to be 8-bit.</source>
        <translation>정수로만 계산하는 하드웨어입니다. 입력과 출력, 그 사이의 모든 연산자가 8비트여야 합니다.</translation>
    </message>
    <message>
        <source>It computes with integers only: inputs, outputs and every operator between have to be 8-bit. That needs the ranges of all activations: collect 100 to 500 samples first; no scheme that does without them runs there.</source>
        <translation>정수로만 계산하는 하드웨어입니다. 입력과 출력, 그 사이의 모든 연산자가 8비트여야 합니다. 그러려면 모든 활성값의 범위가 필요합니다. 먼저 샘플을 100~500개 모으십시오. 샘플 없이 되는 방식은 거기서 실행되지 않습니다.</translation>
    </message>
    <message>
        <source>Weights of 16 bits are half the size, and changed no accuracy in any of the four demos.</source>
        <translation>16비트 가중치는 크기가 절반이며, 데모 네 개 중 어디에서도 정확도가 달라지지 않았습니다.</translation>
    </message>
    <message>
        <source>Weights of 8 bits are a quarter of the size and pack best. Measure it: three demos lost nothing to speak of, MobileNetV2 more than half of its accuracy.</source>
        <translation>8비트 가중치는 크기가 4분의 1이고 압축도 가장 잘 됩니다. 직접 측정해 보십시오. 데모 세 개는 손실이 거의 없었지만 MobileNetV2는 정확도를 절반 넘게 잃었습니다.</translation>
    </message>
    <message>
        <source>Weights of 8 bits have one scale per tensor and destroyed MobileNetV2 (0.618 to 0.280); 16 bits are the safe ones, at half the size.</source>
        <translation>8비트 가중치는 텐서마다 스케일이 하나뿐이어서 MobileNetV2를 망가뜨렸습니다(0.618에서 0.280으로). 크기가 절반인 16비트가 안전합니다.</translation>
    </message>
    <message>
        <source>GPU delegates compute with float16 directly; the loss is insignificant and no data are needed.</source>
        <translation>GPU 델리게이트는 float16으로 직접 계산합니다. 손실은 무시할 만하고 데이터가 필요 없습니다.</translation>
    </message>
    <message>
        <source>A quarter of the size with minimal loss and without data. GPUs of Android phones take it.</source>
        <translation>크기가 4분의 1이고 손실이 아주 작으며 데이터가 필요 없습니다. Android 휴대전화의 GPU에서 실행됩니다.</translation>
    </message>
    <message>
        <source>A quarter of the size with a small loss, and integer arithmetic. GPUs of Android phones take it.</source>
        <translation>크기가 4분의 1이고 손실이 작으며 정수로 계산합니다. Android 휴대전화의 GPU에서 실행됩니다.</translation>
    </message>
    <message>
        <source>Half the size with insignificant loss and without data. A CPU turns the weights back into float32, so that it gets no faster.</source>
        <translation>크기가 절반이고 손실은 무시할 만하며 데이터가 필요 없습니다. CPU는 가중치를 float32로 되돌리므로 빨라지지는 않습니다.</translation>
    </message>
    <message>
        <source>A quarter of the size, 2 to 3 times faster, minimal loss, and no data needed: where one starts.</source>
        <translation>크기가 4분의 1, 속도는 2~3배, 손실은 아주 작고 데이터도 필요 없습니다. 여기서 시작하면 됩니다.</translation>
    </message>
    <message>
        <source>A quarter of the size and the fastest on a CPU, for a small loss; operators without an integer form stay in float32.</source>
        <translation>크기가 4분의 1이고 CPU에서 가장 빠르며 손실이 작습니다. 정수 형태가 없는 연산자는 float32로 남습니다.</translation>
    </message>
    <message>
        <source>Activations of 16 bits keep the accuracy where those of 8 bits lose it, at nearly the size of int8; but it is slow, as there are no optimized kernels.</source>
        <translation>8비트 활성값이 정확도를 잃는 곳에서 16비트 활성값은 정확도를 지키며, 크기는 int8과 거의 같습니다. 다만 최적화된 커널이 없어 느립니다.</translation>
    </message>
    <message>
        <source>Without labels only the agreement with the float model can be measured, not its accuracy.</source>
        <translation>레이블이 없으면 정확도는 잴 수 없고 float 모델과의 일치율만 잴 수 있습니다.</translation>
    </message>
    <message>
        <source>If it loses too much: with labelled training data, quantization-aware training loses the least of all at this size. qviz does not train.</source>
        <translation>손실이 너무 크다면: 레이블이 있는 학습 데이터로 양자화 인식 학습(QAT)을 하면 이 크기에서 손실이 가장 작습니다. qviz는 학습을 하지 않습니다.</translation>
    </message>
    <message>
        <source>If it loses too much, int16x8 has 16-bit activations at about this size.</source>
        <translation>손실이 너무 크다면, 비슷한 크기에 16비트 활성값을 쓰는 int16x8이 있습니다.</translation>
    </message>
    <message>
        <source>16-bit weights for TensorFlow.js</source>
        <translation>TensorFlow.js용 16비트 가중치</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>no loss in any of four demos</source>
        <translation>데모 네 개 모두 손실 없음</translation>
    </message>
    <message>
        <source>Half the size; weights of 16 bits pack hardly better than float32.</source>
        <translation>크기가 절반이며, 16비트 가중치는 float32보다 거의 더 압축되지 않습니다.</translation>
    </message>
    <message>
        <source>8-bit weights for TensorFlow.js</source>
        <translation>TensorFlow.js용 8비트 가중치</translation>
    </message>
    <message>
        <source>small in three demos of four; MobileNetV2 fell from 0.618 to 0.280</source>
        <translation>데모 네 개 중 세 개에서 작음; MobileNetV2는 0.618에서 0.280으로 떨어짐</translation>
    </message>
    <message>
        <source>A quarter of the size, and gzip packs it better than float32.</source>
        <translation>크기가 4분의 1이며 gzip으로 float32보다 더 잘 압축됩니다.</translation>
    </message>
    <message>
        <source>float16</source>
        <translation>float16</translation>
    </message>
    <message>
        <source>insignificant</source>
        <translation>무시할 만함</translation>
    </message>
    <message>
        <source>on a GPU that computes with float16; a CPU turns weights back into float32</source>
        <translation>float16으로 계산하는 GPU에서 빠름; CPU는 가중치를 float32로 되돌림</translation>
    </message>
    <message>
        <source>Input and output stay float32.</source>
        <translation>입력과 출력은 float32로 유지됩니다.</translation>
    </message>
    <message>
        <source>Dynamic range</source>
        <translation>동적 범위(dynamic range)</translation>
    </message>
    <message>
        <source>minimal</source>
        <translation>아주 작음</translation>
    </message>
    <message>
        <source>2 to 3 times faster; activations are quantized on the fly, results stay float32</source>
        <translation>2~3배 빠름; 활성값은 실행 중에 양자화하고 결과는 float32로 유지</translation>
    </message>
    <message>
        <source>The simplest form; no data needed. GPU on Android only.</source>
        <translation>가장 단순한 형태이며 데이터가 필요 없습니다. GPU는 Android만 됩니다.</translation>
    </message>
    <message>
        <source>Integer with float fallback</source>
        <translation>정수, 필요하면 float</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>활성값</translation>
    </message>
    <message>
        <source>unlabelled samples</source>
        <translation>레이블 없는 샘플</translation>
    </message>
    <message>
        <source>small</source>
        <translation>작음</translation>
    </message>
    <message>
        <source>more than 3 times faster</source>
        <translation>3배 넘게 빠름</translation>
    </message>
    <message>
        <source>Input and output stay float32, and so do operators without an integer form: not for integer-only hardware.</source>
        <translation>입력과 출력은 float32로 유지되고 정수 형태가 없는 연산자도 그렇습니다. 정수 전용 하드웨어에는 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Integer only</source>
        <translation>정수 전용</translation>
    </message>
    <message>
        <source>model inputs and outputs</source>
        <translation>모델의 입력과 출력</translation>
    </message>
    <message>
        <source>An operator that cannot be quantized is an error.</source>
        <translation>양자화할 수 없는 연산자는 오류가 됩니다.</translation>
    </message>
    <message>
        <source>16-bit activations, 8-bit weights, with float fallback</source>
        <translation>16비트 활성값, 8비트 가중치, 필요하면 float</translation>
    </message>
    <message>
        <source>much smaller than that of 8-bit activations, where these are sensitive</source>
        <translation>활성값이 민감한 모델에서 8비트 활성값보다 훨씬 작음</translation>
    </message>
    <message>
        <source>slower than int8: there are no optimized kernels</source>
        <translation>int8보다 느림: 최적화된 커널이 없음</translation>
    </message>
    <message>
        <source>Experimental; only slightly larger than int8; existing delegates do not take it.</source>
        <translation>실험적입니다. int8보다 조금만 크며, 기존 델리게이트는 지원하지 않습니다.</translation>
    </message>
    <message>
        <source>16-bit activations, 8-bit weights, integer only</source>
        <translation>16비트 활성값, 8비트 가중치, 정수 전용</translation>
    </message>
    <message>
        <source>Experimental; an operator that cannot be quantized is an error. TensorFlow Lite Micro has 16-bit kernels for the common operators only.</source>
        <translation>실험적입니다. 양자화할 수 없는 연산자는 오류가 됩니다. TensorFlow Lite Micro에는 흔히 쓰는 연산자에만 16비트 커널이 있습니다.</translation>
    </message>
    <message>
        <source>8 bits by minimum and maximum (TensorFlow 1)</source>
        <translation>최솟값과 최댓값 사이의 8비트(TensorFlow 1)</translation>
    </message>
    <message>
        <source>outputs very close to those of the float model</source>
        <translation>float 모델과 매우 가까운 출력</translation>
    </message>
    <message>
        <source>a quarter of the memory traffic</source>
        <translation>메모리 이동량이 4분의 1</translation>
    </message>
    <message>
        <source>Ranges are found while it runs; each operator is wrapped in conversions that cancel out. A lesson more than a choice: today&apos;s runtimes do not take such graphs.</source>
        <translation>범위는 실행 중에 찾고, 연산자마다 서로 상쇄되는 변환으로 감쌉니다. 선택지라기보다 배움을 위한 것으로, 오늘날의 런타임은 이런 그래프를 지원하지 않습니다.</translation>
    </message>
    <message>
        <source>Quantization-aware training</source>
        <translation>양자화 인식 학습(QAT)</translation>
    </message>
    <message>
        <source>labelled training data</source>
        <translation>레이블 있는 학습 데이터</translation>
    </message>
    <message>
        <source>as integer quantization</source>
        <translation>정수 양자화와 같음</translation>
    </message>
    <message>
        <source>The model is trained anew with fake quantization; qviz quantizes trained models only.</source>
        <translation>가짜 양자화(fake quantization)를 넣어 모델을 다시 학습합니다. qviz는 학습된 모델만 양자화합니다.</translation>
    </message>
    <message>
        <source>The model as it is, batch norms folded</source>
        <translation>배치 정규화만 합친 원래 모델</translation>
    </message>
    <message>
        <source>TensorFlow.js, weights as float16</source>
        <translation>TensorFlow.js, float16 가중치</translation>
    </message>
    <message>
        <source>TensorFlow.js, weights as 16-bit codes</source>
        <translation>TensorFlow.js, 16비트 코드 가중치</translation>
    </message>
    <message>
        <source>TensorFlow.js, weights as 8-bit codes</source>
        <translation>TensorFlow.js, 8비트 코드 가중치</translation>
    </message>
    <message>
        <source>float16 weights, float computation</source>
        <translation>float16 가중치, float 계산</translation>
    </message>
    <message>
        <source>int8 weights, activations quantized on the fly</source>
        <translation>int8 가중치, 활성값은 실행 중에 양자화</translation>
    </message>
    <message>
        <source>int8 weights per channel, int8 activations, float operators where needed</source>
        <translation>채널별 int8 가중치, int8 활성값, 필요한 곳은 float 연산자</translation>
    </message>
    <message>
        <source>int8 weights per tensor, int8 activations, float operators where needed</source>
        <translation>텐서별 int8 가중치, int8 활성값, 필요한 곳은 float 연산자</translation>
    </message>
    <message>
        <source>Integers from input to output, int8 input and output</source>
        <translation>입력부터 출력까지 정수, int8 입출력</translation>
    </message>
    <message>
        <source>Integers from input to output, uint8 input and output</source>
        <translation>입력부터 출력까지 정수, uint8 입출력</translation>
    </message>
    <message>
        <source>int8 weights, int16 activations, float operators where needed</source>
        <translation>int8 가중치, int16 활성값, 필요한 곳은 float 연산자</translation>
    </message>
    <message>
        <source>Integers from input to output, int16 input and output</source>
        <translation>입력부터 출력까지 정수, int16 입출력</translation>
    </message>
    <message>
        <source>TensorFlow 1: uint8 between minimum and maximum, ranges found while it runs</source>
        <translation>TensorFlow 1: 최솟값과 최댓값 사이의 uint8, 범위는 실행 중에 찾음</translation>
    </message>
    <message>
        <source>term</source>
        <translation>항</translation>
    </message>
    <message>
        <source>row</source>
        <translation>행</translation>
    </message>
    <message>
        <source>column</source>
        <translation>열</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>채널</translation>
    </message>
    <message>
        <source>place</source>
        <translation>위치</translation>
    </message>
    <message>
        <source>input</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>product</source>
        <translation>곱</translation>
    </message>
    <message>
        <source>sum</source>
        <translation>합</translation>
    </message>
    <message>
        <source>float input</source>
        <translation>float 입력</translation>
    </message>
    <message>
        <source>float weight</source>
        <translation>float 가중치</translation>
    </message>
    <message>
        <source>float sum</source>
        <translation>float 합</translation>
    </message>
    <message>
        <source>It ended several times in a row, so it was not started again; restart qviz.</source>
        <translation>여러 번 잇달아 끝나서 다시 시작하지 않았습니다. qviz를 다시 시작하십시오.</translation>
    </message>
    <message>
        <source> (signal {0})</source>
        <translation>(시그널 {0})</translation>
    </message>
    <message>
        <source> (exit code {0})</source>
        <translation>(종료 코드 {0})</translation>
    </message>
    <message>
        <source>The worker process ended unexpectedly{0}. Your session is intact; run the step again.</source>
        <translation>작업 프로세스가 예기치 않게 끝났습니다{0}. 세션은 그대로입니다. 그 단계를 다시 실행하십시오.</translation>
    </message>
</context>
<context>
    <name>AdviceView</name>
    <message>
        <source>The documents recommend</source>
        <translation>문서의 추천</translation>
    </message>
    <message>
        <source>Measured here</source>
        <translation>여기서 측정한 결과</translation>
    </message>
    <message>
        <source>What the documents say of each technique</source>
        <translation>각 기법에 대한 문서의 설명</translation>
    </message>
    <message>
        <source>The schemes held against the tolerated loss</source>
        <translation>허용 손실에 비추어 본 방식들</translation>
    </message>
    <message>
        <source>Table of the documents</source>
        <translation>문서의 표</translation>
    </message>
    <message>
        <source>Measured against the tolerance</source>
        <translation>허용 손실에 비춘 측정값</translation>
    </message>
    <message>
        <source>A few questions</source>
        <translation>몇 가지 질문</translation>
    </message>
    <message>
        <source>Points of accuracy; for numbers, percent by which the mean error may grow</source>
        <translation>정확도의 퍼센트포인트; 수치 예측에서는 평균 오차가 커져도 되는 비율(%)</translation>
    </message>
    <message>
        <source>Tolerated loss</source>
        <translation>허용 손실</translation>
    </message>
    <message>
        <source>Technique</source>
        <translation>기법</translation>
    </message>
    <message>
        <source>Schemes</source>
        <translation>방식</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Data needed</source>
        <translation>필요한 데이터</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>속도</translation>
    </message>
    <message>
        <source>Runs on</source>
        <translation>실행 환경</translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation>아직 없음</translation>
    </message>
    <message>
        <source>After “Compare all” the smallest artifact whose loss stays inside the tolerance stands here, its 95% interval taken into account.</source>
        <translation>“모두 비교”를 실행하면, 95% 구간까지 고려해 손실이 허용 범위 안에 드는 가장 작은 산출물이 여기에 나옵니다.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Pareto front: {0}</source>
        <translation>파레토 프론트: {0}</translation>
    </message>
    <message>
        <source>inside</source>
        <translation>범위 안</translation>
    </message>
    <message>
        <source>perhaps inside: too few samples to be sure</source>
        <translation>범위 안일 수 있음: 확신하기에는 샘플이 너무 적음</translation>
    </message>
    <message>
        <source>loses too much</source>
        <translation>손실이 너무 큼</translation>
    </message>
    <message>
        <source>does not run there</source>
        <translation>거기서 실행되지 않음</translation>
    </message>
    <message>
        <source>cannot be told</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>방식</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>At worst</source>
        <translation>최악의 경우</translation>
    </message>
    <message>
        <source>Pareto front</source>
        <translation>파레토 프론트</translation>
    </message>
    <message>
        <source>Held against the tolerated loss and the hardware</source>
        <translation>허용 손실과 하드웨어에 비춘 판정</translation>
    </message>
    <message>
        <source>Measured against float32; negative for a gain</source>
        <translation>float32와 비교한 측정값; 나아졌으면 음수</translation>
    </message>
    <message>
        <source>Upper end of the 95% interval of the loss</source>
        <translation>손실의 95% 구간의 위쪽 끝</translation>
    </message>
    <message>
        <source>No other scheme is smaller and at least as good</source>
        <translation>더 작으면서 적어도 이만큼 좋은 방식이 없음</translation>
    </message>
</context>
<context>
    <name>Answer</name>
    <message>
        <source>Choose this scheme</source>
        <translation>이 방식 선택</translation>
    </message>
</context>
<context>
    <name>CodesPanel</name>
    <message>
        <source>Minimum: the real value of code 0</source>
        <extracomment>How a code stands for a real value, by TensorFlow&apos;s names; the document&apos;s first.</extracomment>
        <translation>최솟값: 코드 0의 실제 값</translation>
    </message>
    <message>
        <source>Maximum: the real value of code 255</source>
        <translation>최댓값: 코드 255의 실제 값</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>모드</translation>
    </message>
    <message>
        <source>MIN_COMBINED keeps both ends exact, MIN_FIRST keeps 0 exact</source>
        <translation>MIN_COMBINED는 양 끝을, MIN_FIRST는 0을 정확하게 유지합니다</translation>
    </message>
    <message>
        <source>Codes and their values</source>
        <translation>코드와 그 값</translation>
    </message>
    <message>
        <source>Codes of a range</source>
        <translation>범위의 코드</translation>
    </message>
    <message>
        <source>Min</source>
        <translation>최솟값</translation>
    </message>
    <message>
        <source>Max</source>
        <translation>최댓값</translation>
    </message>
    <message>
        <source>The range must rise: the minimum has to be below the maximum.</source>
        <translation>범위는 커져야 합니다. 최솟값은 최댓값보다 작아야 합니다.</translation>
    </message>
    <message>
        <source>A range has to hold 0, so TensorFlow widens this one: {0} to {1}.</source>
        <translation>범위는 0을 포함해야 하므로 TensorFlow가 이 범위를 {0} ~ {1}(으)로 넓힙니다.</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Document</source>
        <translation>문서</translation>
    </message>
    <message>
        <source>The real value of the code</source>
        <translation>코드의 실제 값</translation>
    </message>
    <message>
        <source>What TensorFlow&apos;s page says</source>
        <translation>TensorFlow 문서에 적힌 값</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Find a command</source>
        <translation>명령 찾기</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>명령</translation>
    </message>
</context>
<context>
    <name>CompareView</name>
    <message>
        <source>Schemes side by side</source>
        <translation>방식별 비교</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>표 복사</translation>
    </message>
    <message>
        <source>As tab-separated text (Ctrl+C)</source>
        <translation>탭으로 구분된 텍스트로(Ctrl+C)</translation>
    </message>
    <message>
        <source>Vertical axis</source>
        <translation>세로축</translation>
    </message>
    <message>
        <source>Horizontal axis</source>
        <translation>가로축</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Size gzipped</source>
        <translation>gzip 크기</translation>
    </message>
    <message>
        <source>preprocessing: {0}</source>
        <translation>전처리: {0}</translation>
    </message>
    <message>
        <source>over</source>
        <translation>대</translation>
    </message>
    <message>
        <source>{0} in %</source>
        <translation>{0}(%)</translation>
    </message>
    <message>
        <source>{0} in kB</source>
        <translation>{0}(kB)</translation>
    </message>
    <message>
        <source>Down and to the left is better.</source>
        <translation>왼쪽 아래일수록 좋습니다.</translation>
    </message>
    <message>
        <source>Up and to the left is better.</source>
        <translation>왼쪽 위일수록 좋습니다.</translation>
    </message>
    <message>
        <source>Dashed: the Pareto front.</source>
        <translation>파선: 파레토 프론트.</translation>
    </message>
    <message>
        <source>Nothing to draw: the model&apos;s output is not reached.</source>
        <translation>그릴 것이 없습니다. 모델의 출력에 도달하지 못했습니다.</translation>
    </message>
    <message>
        <source>&lt;b&gt;{0}&lt;/b&gt; on &lt;b&gt;{1}&lt;/b&gt;</source>
        <translation>&lt;b&gt;{0}&lt;/b&gt;, 데이터 &lt;b&gt;{1}&lt;/b&gt;</translation>
    </message>
</context>
<context>
    <name>DataChooser</name>
    <message>
        <source>Data set</source>
        <translation>데이터 세트</translation>
    </message>
    <message>
        <source>choose…</source>
        <translation>선택…</translation>
    </message>
    <message>
        <source>{0} (built in)</source>
        <translation>{0}(내장)</translation>
    </message>
    <message>
        <source>Taken from Keras&apos; cache, or downloaded once</source>
        <translation>Keras 캐시에서 가져오거나 한 번 내려받습니다</translation>
    </message>
    <message>
        <source>File…</source>
        <translation>파일…</translation>
    </message>
    <message>
        <source>An .npz file with x and y, or x_test and y_test; or a .csv table</source>
        <translation>x와 y, 또는 x_test와 y_test가 든 .npz 파일이나 .csv 표</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>폴더…</translation>
    </message>
    <message>
        <source>A folder of images, one folder for each class</source>
        <translation>클래스마다 폴더가 하나씩 있는 이미지 폴더</translation>
    </message>
    <message>
        <source>preprocessing: as stored</source>
        <translation>전처리: 저장된 그대로</translation>
    </message>
    <message>
        <source>Preprocessing</source>
        <translation>전처리</translation>
    </message>
    <message>
        <source>Preprocessing, e.g. scale=1/255: scale, offset, mean, std, resize (96x96), channels; parted by commas</source>
        <translation>전처리, 예: scale=1/255. scale, offset, mean, std, resize (96x96), channels를 쉼표로 구분</translation>
    </message>
    <message>
        <source>As the data file says, else as stored.</source>
        <translation>데이터 파일이 지정한 대로, 없으면 저장된 그대로.</translation>
    </message>
    <message>
        <source>Choose data</source>
        <translation>데이터 선택</translation>
    </message>
    <message>
        <source>Data (*.npz *.csv *.tsv);;All files (*)</source>
        <translation>데이터 (*.npz *.csv *.tsv);;모든 파일 (*)</translation>
    </message>
    <message>
        <source>Choose a folder of images</source>
        <translation>이미지 폴더 선택</translation>
    </message>
</context>
<context>
    <name>DemoCommands</name>
    <message>
        <source>Getting {0} ready</source>
        <translation>{0} 준비 중</translation>
    </message>
    <message>
        <source>Folder with the data of {0}</source>
        <translation>{0} 데이터가 있는 폴더</translation>
    </message>
</context>
<context>
    <name>DropTarget</name>
    <message>
        <source>Drop to use {0} as data</source>
        <translation>놓으면 {0} 파일을 데이터로 사용합니다</translation>
    </message>
    <message>
        <source>Drop to open {0}</source>
        <translation>놓으면 {0} 파일을 엽니다</translation>
    </message>
    <message>
        <source>qviz opens .keras, .h5, .tflite, model.json, SavedModel and .npz</source>
        <translation>qviz는 .keras, .h5, .tflite, model.json, SavedModel, .npz를 엽니다</translation>
    </message>
    <message>
        <source>this</source>
        <translation>이것</translation>
    </message>
    <message>
        <source>{0} cannot be opened. qviz reads .keras, .h5, .hdf5, .tflite, model.json and SavedModel folders (or their saved_model.pb) as models, and .npz as data.</source>
        <translation>열 수 없음: {0}. qviz는 모델로 .keras, .h5, .hdf5, .tflite, model.json과 SavedModel 폴더(또는 그 안의 saved_model.pb)를, 데이터로 .npz를 읽습니다.</translation>
    </message>
</context>
<context>
    <name>EightbitView</name>
    <message numerus="yes">
        <source>%n operators</source>
        <translation>
            <numerusform>연산자 %n개</numerusform>
        </translation>
    </message>
    <message>
        <source>{0}, {1} redundant</source>
        <translation>{0}, 그중 불필요 {1}개</translation>
    </message>
    <message>
        <source>Here a layer of your model is drawn three times, as TensorFlow 1 took networks to 8 bits: in float; with every operator between Quantize and Dequantize; and without the pairs that undo each other.</source>
        <translation>여기서는 모델의 한 층을 TensorFlow 1이 신경망을 8비트로 바꾸던 순서대로 세 번 그립니다. 먼저 float로, 다음은 모든 연산자를 Quantize와 Dequantize로 감싸서, 마지막은 서로 상쇄되는 쌍을 걷어내고 그립니다.</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>The three pictures side by side</source>
        <translation>세 그림을 나란히</translation>
    </message>
    <message>
        <source>Layers around</source>
        <translation>주변 층</translation>
    </message>
    <message>
        <source>How many layers before and after it are drawn too</source>
        <translation>앞뒤로 몇 개의 층을 함께 그릴지</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>맞춤</translation>
    </message>
    <message>
        <source>Show the whole picture (Ctrl+0); wheel or + and - zoom</source>
        <translation>그림 전체를 봅니다(Ctrl+0). 휠이나 +, - 키로 확대·축소합니다</translation>
    </message>
    <message>
        <source>As table</source>
        <translation>표로 보기</translation>
    </message>
    <message>
        <source>Show the operators of all three pictures as a table</source>
        <translation>세 그림의 연산자를 표로 봅니다</translation>
    </message>
    <message>
        <source>Operators of the pictures</source>
        <translation>그림 속의 연산자</translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation>digits 예제 열기</translation>
    </message>
    <message>
        <source>layers around</source>
        <translation>주변 층</translation>
    </message>
    <message>
        <source>Eightbit</source>
        <translation>8비트</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>연산자</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Vanishes</source>
        <translation>사라짐</translation>
    </message>
    <message>
        <source>Reads</source>
        <translation>읽는 것</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>예</translation>
    </message>
</context>
<context>
    <name>ElementBar</name>
    <message>
        <source>{0} of the element, 0 to {1}</source>
        <translation>원소의 {0}, 0 ~ {1}</translation>
    </message>
    <message>
        <source>The element that is furthest from the float network in this sample; this one is number {0} of {1}</source>
        <translation>이 샘플에서 float 신경망과 가장 많이 다른 원소; 지금 것은 {1}개 중 {0}번째</translation>
    </message>
    <message>
        <source>Its input</source>
        <translation>그 입력</translation>
    </message>
    <message>
        <source>Input {0}</source>
        <translation>입력 {0}</translation>
    </message>
    <message>
        <source>Trace element [{0}] of {1}, which is read here</source>
        <translation>여기서 읽는 {1}의 원소 [{0}] 추적</translation>
    </message>
    <message>
        <source>Operator of the layer</source>
        <translation>층의 연산자</translation>
    </message>
    <message>
        <source>Which of the layer&apos;s operators to trace</source>
        <translation>층의 연산자 중 추적할 것</translation>
    </message>
    <message>
        <source>Sample</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Which sample of the data runs, counted from 0</source>
        <translation>데이터의 몇 번째 샘플을 실행할지, 0부터 셉니다</translation>
    </message>
    <message>
        <source>Largest error</source>
        <translation>가장 큰 오차</translation>
    </message>
    <message>
        <source>The element that is furthest from the float network in this sample</source>
        <translation>이 샘플에서 float 신경망과 가장 많이 다른 원소</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>The element with the next smaller error</source>
        <translation>오차가 그다음으로 큰 원소</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>The element that was shown before</source>
        <translation>바로 전에 보았던 원소</translation>
    </message>
    <message>
        <source>sample</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>element</source>
        <translation>원소</translation>
    </message>
</context>
<context>
    <name>ErrorBars</name>
    <message>
        <source>{0}: {1} error of every layer</source>
        <extracomment>Values from which a layer deserves a look; the line can be dragged.</extracomment>
        <translation>{0}: 모든 층의 {1} 오차</translation>
    </message>
    <message>
        <source>Error of 1 layer</source>
        <translation>층 1개의 오차</translation>
    </message>
    <message>
        <source>Error of {0} layers</source>
        <translation>층 {0}개의 오차</translation>
    </message>
    <message>
        <source>Topmost: {0} with {1} {2}.</source>
        <translation>맨 위: {0}, {1} {2}.</translation>
    </message>
    <message>
        <source>Nothing was measured.</source>
        <translation>측정된 것이 없습니다.</translation>
    </message>
</context>
<context>
    <name>ErrorPlot</name>
    <message>
        <source>Error: dequantized − float</source>
        <translation>오차: 역양자화 − float</translation>
    </message>
    <message>
        <source>No error: the values stay as they are</source>
        <translation>오차 없음: 값이 그대로입니다</translation>
    </message>
    <message>
        <source>No float32 weights to compare with</source>
        <translation>비교할 float32 가중치 없음</translation>
    </message>
    <message>
        <source>error (in units of the values)</source>
        <translation>오차(값의 단위)</translation>
    </message>
    <message>
        <source>count</source>
        <translation>개수</translation>
    </message>
    <message>
        <source>Histogram of the error of {0}</source>
        <translation>{0}의 오차 히스토그램</translation>
    </message>
    <message>
        <source>Largest absolute error {0}.</source>
        <translation>최대 절대 오차 {0}.</translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>The digits sample is missing from this installation.</source>
        <translation>이 설치본에는 digits 예제가 없습니다.</translation>
    </message>
    <message>
        <source>Open a model first; then it can be exported.</source>
        <translation>먼저 모델을 열어야 내보낼 수 있습니다.</translation>
    </message>
    <message>
        <source>This tab shows no plot to export.</source>
        <translation>이 탭에는 내보낼 그래프가 없습니다.</translation>
    </message>
    <message>
        <source>Run a scheme first; then there is something to report.</source>
        <translation>먼저 방식을 하나 실행해야 보고할 것이 생깁니다.</translation>
    </message>
</context>
<context>
    <name>HistoryBar</name>
    <message>
        <source>History of runs</source>
        <translation>실행 기록</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>실행 기록</translation>
    </message>
    <message>
        <source>none yet: choose a scheme and press Run</source>
        <translation>아직 없음: 방식을 고르고 실행을 누르십시오</translation>
    </message>
</context>
<context>
    <name>ImageDemoCommand</name>
    <message>
        <source>Something else is running; stop it first, or wait for it.</source>
        <translation>다른 작업이 실행 중입니다. 먼저 중지하거나 끝나기를 기다리십시오.</translation>
    </message>
    <message>
        <source>MobileNetV2 on {0}</source>
        <translation>MobileNetV2, 데이터 {0}</translation>
    </message>
    <message>
        <source>Written: {0}</source>
        <translation>저장됨: {0}</translation>
    </message>
</context>
<context>
    <name>ImageDemoDialog</name>
    <message>
        <source>Demo: MobileNetV2 on your photographs</source>
        <translation>데모: 직접 고른 사진으로 보는 MobileNetV2</translation>
    </message>
    <message>
        <source>The TensorFlow.js example feeds MobileNetV2 with pixels scaled to [0, 1], although it was trained on [−1, 1]. Here every scheme runs on both, judged by class number and by the example&apos;s rule: right is a class whose name contains the label.</source>
        <translation>TensorFlow.js 예제는 [−1, 1] 범위로 학습된 MobileNetV2에 [0, 1]로 스케일링한 픽셀을 넣습니다. 여기서는 모든 방식을 두 가지 입력으로 실행하고, 클래스 번호와 예제의 규칙으로 각각 판정합니다. 예제의 규칙에서는 클래스 이름에 레이블이 들어 있으면 정답입니다.</translation>
    </message>
    <message>
        <source>Schemes under both scalings of the input</source>
        <translation>두 가지 입력 스케일링에서의 방식들</translation>
    </message>
    <message>
        <source>What was measured</source>
        <translation>측정 결과</translation>
    </message>
    <message>
        <source>What was measured stands here in sentences.</source>
        <translation>측정 결과가 여기에 문장으로 나옵니다.</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Open in the window</source>
        <translation>창에서 열기</translation>
    </message>
    <message>
        <source>Opens the network with these images, scaled to [−1, 1], and compares the schemes: weights, layer errors, flipped images, report</source>
        <translation>이 이미지들을 [−1, 1]로 스케일링해 신경망과 함께 열고 방식들을 비교합니다: 가중치, 층 오차, 클래스가 바뀐 이미지, 보고서</translation>
    </message>
    <message>
        <source>Export CSV…</source>
        <translation>CSV 내보내기…</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>{0} was left out: {1}</source>
        <translation>{0} 제외됨: {1}</translation>
    </message>
    <message>
        <source>{0} of {1} images with inputs {2}</source>
        <translation>이미지 {1}장 중 {0}장, 입력 {2}</translation>
    </message>
    <message>
        <source>Run: {0}.</source>
        <translation>실행: {0}.</translation>
    </message>
</context>
<context>
    <name>ImageDemoForm</name>
    <message>
        <source>Network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>이미지</translation>
    </message>
    <message>
        <source>How many</source>
        <translation>개수</translation>
    </message>
    <message>
        <source>Schemes</source>
        <translation>방식</translation>
    </message>
    <message>
        <source>Choose the file with the network, or the weights of Keras.</source>
        <translation>신경망 파일을 고르거나 Keras의 가중치를 선택하십시오.</translation>
    </message>
    <message>
        <source>Choose a folder of images, or a table of files and labels.</source>
        <translation>이미지 폴더나, 파일과 레이블의 표를 선택하십시오.</translation>
    </message>
    <message>
        <source>weights of keras.applications</source>
        <translation>keras.applications의 가중치</translation>
    </message>
    <message>
        <source>Downloaded once by TensorFlow in a process of its own (14 MB), then kept</source>
        <translation>별도 프로세스의 TensorFlow가 한 번 내려받아(14 MB) 보관합니다</translation>
    </message>
    <message>
        <source>a file:</source>
        <translation>파일:</translation>
    </message>
    <message>
        <source>File of the network</source>
        <translation>신경망 파일</translation>
    </message>
    <message>
        <source>MobileNetV2 with trained weights (.keras, .h5)</source>
        <translation>학습된 가중치가 든 MobileNetV2 (.keras, .h5)</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>찾아보기…</translation>
    </message>
    <message>
        <source>folder with one folder for each class, or a .csv table of file and label</source>
        <translation>클래스마다 폴더가 하나씩 있는 폴더, 또는 파일과 레이블의 .csv 표</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>폴더…</translation>
    </message>
    <message>
        <source>Table…</source>
        <translation>표…</translation>
    </message>
    <message>
        <source>all</source>
        <translation>전부</translation>
    </message>
    <message>
        <source> images</source>
        <translation>장</translation>
    </message>
    <message>
        <source>Images to run</source>
        <translation>실행할 이미지</translation>
    </message>
    <message>
        <source>Spread evenly over the classes; 0 for all</source>
        <translation>클래스에 고르게 나눔; 0은 전부</translation>
    </message>
    <message>
        <source>Find the ranges of activations, for int8 and int16</source>
        <translation>int8과 int16에 필요한 활성값의 범위를 찾습니다</translation>
    </message>
    <message>
        <source>ranges found from</source>
        <translation>범위를 찾을 이미지</translation>
    </message>
    <message>
        <source>Folder of images, one folder for each class</source>
        <translation>클래스마다 폴더가 하나씩 있는 이미지 폴더</translation>
    </message>
</context>
<context>
    <name>JobDialog</name>
    <message>
        <source>Starting</source>
        <translation>시작하는 중</translation>
    </message>
</context>
<context>
    <name>LanguageMenu</name>
    <message>
        <source>La&amp;nguage</source>
        <translation>언어(La&amp;nguage)</translation>
    </message>
    <message>
        <source>Language of the system</source>
        <translation>시스템 언어</translation>
    </message>
    <message>
        <source>Language: {0}</source>
        <translation>언어(Language): {0}</translation>
    </message>
    <message>
        <source>The window is in {0} from the next start on.</source>
        <translation>다음에 시작할 때부터 창의 언어가 {0}(으)로 바뀝니다.</translation>
    </message>
</context>
<context>
    <name>LayerErrorView</name>
    <message>
        <source>Error of every layer</source>
        <translation>모든 층의 오차</translation>
    </message>
    <message>
        <source>Kind of error</source>
        <translation>오차의 종류</translation>
    </message>
    <message>
        <source>Of the layer&apos;s weights</source>
        <translation>층의 가중치의 오차</translation>
    </message>
    <message>
        <source>Of its output, the layer alone quantized and fed with float inputs</source>
        <translation>float 입력을 받아 그 층만 양자화했을 때 출력의 오차</translation>
    </message>
    <message>
        <source>Of its output inside the quantized network</source>
        <translation>양자화된 신경망 안에서 그 층 출력의 오차</translation>
    </message>
    <message>
        <source>Metric</source>
        <translation>지표</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>순서</translation>
    </message>
    <message>
        <source>Worst first</source>
        <translation>나쁜 것부터</translation>
    </message>
    <message>
        <source>In order of execution</source>
        <translation>실행 순서</translation>
    </message>
    <message>
        <source>Show as table</source>
        <translation>표로 보기</translation>
    </message>
    <message>
        <source>Signal to quantization noise in dB: each 6 dB are one bit. Layers left of the dashed line are hatched; drag it to set your own limit.</source>
        <translation>신호 대 양자화 잡음비(dB): 6 dB가 1비트입니다. 파선 왼쪽의 층은 빗금으로 표시됩니다. 파선을 끌어 기준을 정하십시오.</translation>
    </message>
    <message>
        <source>Mean of the squared difference, in the units of the layer&apos;s output.</source>
        <translation>차이의 제곱의 평균, 층 출력의 단위.</translation>
    </message>
    <message>
        <source>1 means the same direction; hatched layers lie below the line.</source>
        <translation>1은 같은 방향을 뜻합니다. 파선 아래의 층은 빗금으로 표시됩니다.</translation>
    </message>
    <message>
        <source>The one value that went furthest astray.</source>
        <translation>가장 크게 벗어난 값 하나.</translation>
    </message>
    <message>
        <source>Root mean square error in steps of the code grid. Pure rounding gives 0.289; much more means clamping, or error that came in from earlier layers.</source>
        <translation>코드 격자의 스텝으로 나타낸 평균 제곱근 오차. 순수한 반올림이면 0.289이고, 그보다 훨씬 크면 값이 잘렸거나(clamping) 앞 층에서 오차가 들어온 것입니다.</translation>
    </message>
    <message>
        <source>The largest error is not always the guilty one: compare local and accumulated.</source>
        <translation>오차가 가장 큰 층이 항상 원인은 아닙니다. 국소 오차와 누적 오차를 비교해 보십시오.</translation>
    </message>
    <message>
        <source>#</source>
        <translation>#</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>종류</translation>
    </message>
    <message>
        <source>{0} SQNR dB</source>
        <translation>{0} SQNR dB</translation>
    </message>
    <message>
        <source>{0} (accumulated)</source>
        <translation>{0} (누적)</translation>
    </message>
    <message>
        <source>  (float32)</source>
        <translation>  (float32)</translation>
    </message>
</context>
<context>
    <name>LayersPanel</name>
    <message>
        <source>Filter by name or kind (Ctrl+F)</source>
        <translation>이름이나 종류로 필터(Ctrl+F)</translation>
    </message>
    <message>
        <source>Filter layers</source>
        <translation>층 필터</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Open a model to see its layers.</source>
        <translation>모델을 열면 층이 나옵니다.</translation>
    </message>
    <message>
        <source>Keep in float32</source>
        <translation>float32로 유지</translation>
    </message>
    <message>
        <source>The next run leaves the selected layer unquantized (int8 and dynamic range)</source>
        <translation>다음 실행에서 선택한 층을 양자화하지 않습니다(int8과 동적 범위)</translation>
    </message>
    <message>
        <source>Run a scheme to see which layer loses most.</source>
        <translation>방식을 실행하면 어느 층의 손실이 가장 큰지 나옵니다.</translation>
    </message>
    <message>
        <source>SQNR of {0}, worst first.</source>
        <translation>{0}의 SQNR, 나쁜 것부터.</translation>
    </message>
    <message>
        <source>{0} has no errors by layer.</source>
        <translation>{0}에는 층별 오차가 없습니다.</translation>
    </message>
    <message>
        <source>Quantized already: its layers have nothing to lose.</source>
        <translation>이미 양자화된 파일이라 층에서 더 잃을 것이 없습니다.</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>SQNR dB</source>
        <translation>SQNR dB</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>종류</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Signal to quantization noise of the layer&apos;s output in the selected run; the bar ends at 50 dB: the shorter, the worse</source>
        <translation>선택한 실행에서 층 출력의 신호 대 양자화 잡음비. 막대는 50 dB에서 끝나며 짧을수록 나쁩니다</translation>
    </message>
    <message>
        <source>{0}
{1}, {2} weights, output {3}</source>
        <translation>{0}
{1}, 가중치 {2}개, 출력 {3}</translation>
    </message>
    <message>
        <source>Kind of the main operator</source>
        <translation>주 연산자의 종류</translation>
    </message>
    <message>
        <source>Number of weights</source>
        <translation>가중치의 수</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>cannot run</source>
        <translation>실행 불가</translation>
    </message>
    <message>
        <source>An operator of this layer cannot be run</source>
        <translation>이 층의 연산자 하나를 실행할 수 없습니다</translation>
    </message>
    <message>
        <source>not reached</source>
        <translation>도달 못함</translation>
    </message>
    <message>
        <source>It depends on a layer that cannot be run</source>
        <translation>실행할 수 없는 층에 의존합니다</translation>
    </message>
    <message>
        <source>Kept in float32</source>
        <translation>float32로 유지됨</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Layers</source>
        <translation>층</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>방식</translation>
    </message>
    <message>
        <source>Main actions</source>
        <translation>주요 동작</translation>
    </message>
    <message>
        <source>Session log</source>
        <translation>세션 기록</translation>
    </message>
    <message>
        <source>Measure the file as it is</source>
        <translation>파일을 그대로 측정</translation>
    </message>
    <message>
        <source>Run {0}</source>
        <translation>{0} 실행</translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation>digits 예제 열기</translation>
    </message>
    <message>
        <source>Written: {0}</source>
        <translation>저장됨: {0}</translation>
    </message>
    <message>
        <source>Choose folder…</source>
        <translation>폴더 선택…</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Details</source>
        <translation>자세히</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
</context>
<context>
    <name>ProgressLine</name>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>, about {0} left</source>
        <translation>, 약 {0} 남음</translation>
    </message>
</context>
<context>
    <name>QuantizerOptions</name>
    <message>
        <source>per channel</source>
        <translation>채널별</translation>
    </message>
    <message>
        <source>per tensor</source>
        <translation>텐서별</translation>
    </message>
    <message>
        <source>One scale for each output channel, or one for all</source>
        <translation>출력 채널마다 스케일 하나, 또는 전체에 하나</translation>
    </message>
    <message>
        <source>min and max</source>
        <translation>최솟값과 최댓값</translation>
    </message>
    <message>
        <source>percentile</source>
        <translation>백분위수</translation>
    </message>
    <message>
        <source>How the values met in calibration become a range</source>
        <translation>보정에서 만난 값으로 범위를 정하는 방법</translation>
    </message>
    <message>
        <source>as TensorFlow 2.21</source>
        <translation>TensorFlow 2.21과 같게</translation>
    </message>
    <message>
        <source>true ranges</source>
        <translation>실제 범위</translation>
    </message>
    <message>
        <source>TensorFlow widens the ranges before some additions; “true ranges” does not, and is often more exact</source>
        <translation>TensorFlow는 일부 덧셈 앞에서 범위를 넓힙니다. “실제 범위”는 넓히지 않으며, 대개 더 정확합니다</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>범위</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>백분위수</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>보정</translation>
    </message>
</context>
<context>
    <name>RangesPlot</name>
    <message>
        <source>Range of every channel</source>
        <translation>채널별 범위</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>채널</translation>
    </message>
    <message>
        <source>value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Range of every channel of {0}</source>
        <translation>{0}의 채널별 범위</translation>
    </message>
    <message>
        <source>{0} channels; widths from {1} to {2}.</source>
        <translation>채널 {0}개; 폭 {1} ~ {2}.</translation>
    </message>
</context>
<context>
    <name>RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>최근 파일 열기(&amp;R)</translation>
    </message>
    <message>
        <source>No files yet</source>
        <translation>아직 파일이 없습니다</translation>
    </message>
</context>
<context>
    <name>ReportView</name>
    <message>
        <source>Preview of the report</source>
        <translation>보고서 미리 보기</translation>
    </message>
    <message>
        <source>Write HTML…</source>
        <translation>HTML 저장…</translation>
    </message>
    <message>
        <source>Write CSV…</source>
        <translation>CSV 저장…</translation>
    </message>
    <message>
        <source>Write JSON…</source>
        <translation>JSON 저장…</translation>
    </message>
    <message>
        <source>Open in browser</source>
        <translation>브라우저에서 열기</translation>
    </message>
    <message>
        <source>One file without links to anywhere: attach it or keep it.</source>
        <translation>외부 링크가 없는 파일 하나: 첨부하거나 보관하기 좋습니다.</translation>
    </message>
    <message>
        <source>{0} · {1} parameters · {2} operators · {3}</source>
        <translation>{0} · 매개변수 {1}개 · 연산자 {2}개 · {3}</translation>
    </message>
    <message>
        <source>Data: {0} · {1}</source>
        <translation>데이터: {0} · {1}</translation>
    </message>
    <message>
        <source>SHA-256 of the model: {0}</source>
        <translation>모델의 SHA-256: {0}</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>방식</translation>
    </message>
    <message>
        <source>Agreement</source>
        <translation>일치율</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>gzip</source>
        <translation>gzip</translation>
    </message>
    <message>
        <source>gzip ratio</source>
        <translation>gzip 압축비</translation>
    </message>
    <message>
        <source>Layers with the largest error</source>
        <translation>오차가 가장 큰 층</translation>
    </message>
    <message>
        <source>Schemes that do not fit this model</source>
        <translation>이 모델에 맞지 않는 방식</translation>
    </message>
</context>
<context>
    <name>RunOptionsForm</name>
    <message>
        <source>Samples that find the ranges of activations</source>
        <translation>활성값의 범위를 찾는 데 쓰는 샘플</translation>
    </message>
    <message>
        <source>Chooses which samples calibrate</source>
        <translation>보정에 쓸 샘플을 고르는 시드</translation>
    </message>
    <message>
        <source>Measure latency here</source>
        <translation>여기서 지연 시간 측정</translation>
    </message>
    <message>
        <source>Times each .tflite artifact in the LiteRT interpreter. The numbers are of this computer; int8 can be slower on it than float32, and still be faster on a phone</source>
        <translation>각 .tflite 산출물의 시간을 LiteRT 인터프리터에서 잽니다. 이 컴퓨터의 값이며, int8은 여기서 float32보다 느려도 휴대전화에서는 더 빠를 수 있습니다</translation>
    </message>
    <message>
        <source>The output that labels, accuracy, agreement and flipped samples are about</source>
        <translation>레이블, 정확도, 일치율, 클래스가 바뀐 샘플의 기준이 되는 출력</translation>
    </message>
    <message>
        <source>Output that metrics are about</source>
        <translation>지표의 기준이 되는 출력</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>반올림</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>출력</translation>
    </message>
</context>
<context>
    <name>Scatter</name>
    <message>
        <source>{0} over {1}</source>
        <translation>{0} 대 {1}</translation>
    </message>
    <message>
        <source>{0}; highest: {1}.</source>
        <translation>{0}; 최고: {1}.</translation>
    </message>
    <message>
        <source>1 scheme</source>
        <translation>방식 1개</translation>
    </message>
    <message>
        <source>{0} schemes</source>
        <translation>방식 {0}개</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>scheme</source>
        <translation>방식</translation>
    </message>
</context>
<context>
    <name>SchemePanel</name>
    <message>
        <source>Prune and cluster first</source>
        <translation>먼저 가지치기와 클러스터링</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>프리셋</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>옵션</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Which one?</source>
        <translation>어떤 것?</translation>
    </message>
    <message>
        <source>A few questions lead to a scheme, with the reason</source>
        <translation>몇 가지 질문으로 알맞은 방식과 그 이유를 찾습니다</translation>
    </message>
    <message>
        <source>Run the chosen scheme (Ctrl+R)</source>
        <translation>선택한 방식을 실행합니다(Ctrl+R)</translation>
    </message>
    <message>
        <source>Compare all</source>
        <translation>모두 비교</translation>
    </message>
    <message>
        <source>Run every scheme (Ctrl+Shift+R)</source>
        <translation>모든 방식을 실행합니다(Ctrl+Shift+R)</translation>
    </message>
    <message>
        <source>; kept in float32: {0}</source>
        <translation>; float32로 유지: {0}</translation>
    </message>
</context>
<context>
    <name>SchemeUndo</name>
    <message>
        <source>&amp;Undo</source>
        <translation>실행 취소(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>다시 실행(&amp;R)</translation>
    </message>
</context>
<context>
    <name>SineView</name>
    <message>
        <source>Original (float32)</source>
        <translation>원본(float32)</translation>
    </message>
    <message>
        <source>Rounding rule</source>
        <translation>반올림 규칙</translation>
    </message>
    <message>
        <source>Nearest, zero point nudged (TensorFlow.js)</source>
        <translation>가장 가까운 값, 영점 조정(TensorFlow.js)</translation>
    </message>
    <message>
        <source>Nearest, symmetric around 0 (TFLite weights)</source>
        <translation>가장 가까운 값, 0에 대칭(TFLite 가중치)</translation>
    </message>
    <message>
        <source>Bits of the middle panel</source>
        <translation>가운데 패널의 비트 수</translation>
    </message>
    <message>
        <source>Bits of the right panel</source>
        <translation>오른쪽 패널의 비트 수</translation>
    </message>
    <message>
        <source>Lowest value that has a code</source>
        <translation>코드가 있는 가장 작은 값</translation>
    </message>
    <message>
        <source>Highest value that has a code</source>
        <translation>코드가 있는 가장 큰 값</translation>
    </message>
    <message>
        <source>Same y axis</source>
        <translation>같은 y축</translation>
    </message>
    <message>
        <source>Draw all panels at the height of the float one</source>
        <translation>모든 패널을 float 패널의 높이로 그립니다</translation>
    </message>
    <message>
        <source>Round down, 2ⁿ equal parts (the simplest rule)</source>
        <translation>내림, 2ⁿ 등분(가장 간단한 규칙)</translation>
    </message>
    <message>
        <source>Close-up at 0</source>
        <translation>0 근처 확대</translation>
    </message>
    <message>
        <source>A thousandth of the curve around zero, where the single levels are seen</source>
        <translation>0 근처에서 곡선의 천분의 일만 보여 레벨 하나하나가 보입니다</translation>
    </message>
    <message>
        <source>Whole period</source>
        <translation>한 주기 전체</translation>
    </message>
    <message>
        <source>One whole wave (Ctrl+0)</source>
        <translation>파동 한 주기 전체(Ctrl+0)</translation>
    </message>
    <message>
        <source>Value under the pointer</source>
        <translation>포인터 아래의 값</translation>
    </message>
    <message>
        <source> bits</source>
        <translation>비트</translation>
    </message>
    <message>
        <source>range</source>
        <translation>범위</translation>
    </message>
    <message>
        <source>to</source>
        <translation>~</translation>
    </message>
    <message>
        <source>The range must rise: the lower end has to be below the upper one.</source>
        <translation>범위는 커져야 합니다. 아래쪽 끝이 위쪽 끝보다 작아야 합니다.</translation>
    </message>
    <message>
        <source>{0}-bit quantization</source>
        <translation>{0}비트 양자화</translation>
    </message>
    <message>
        <source>sin x on {0} levels, {1} apart.</source>
        <translation>레벨 {0}개 위의 sin x, 간격 {1}.</translation>
    </message>
    <message>
        <source>sin x in float32</source>
        <translation>float32의 sin x</translation>
    </message>
    <message>
        <source>A smooth curve.</source>
        <translation>매끄러운 곡선.</translation>
    </message>
    <message>
        <source>code {0} means exactly 0</source>
        <translation>정확히 0인 코드: {0}</translation>
    </message>
    <message>
        <source>no code means exactly 0</source>
        <translation>정확히 0인 코드가 없음</translation>
    </message>
    <message>
        <source>With {0} bits a value can only be one of {1} levels, {2} apart ({3}): this part of the curve keeps {4} of them, with {5} bits {6}. Zoom with the wheel and drag to move: a curve that looks smooth becomes a staircase when you come close enough.</source>
        <translation>{0}비트에서 값은 {2} 간격({3})의 레벨 {1}개 중 하나일 수밖에 없습니다. 곡선의 이 부분에는 그중 {4}개가, {5}비트에서는 {6}개가 남습니다. 휠로 확대하고 끌어서 움직여 보십시오. 매끄러워 보이는 곡선도 충분히 가까이 가면 계단이 됩니다.</translation>
    </message>
    <message>
        <source>more than can be drawn</source>
        <translation>그릴 수 있는 것보다 많음</translation>
    </message>
    <message>
        <source>Point at a curve to read x, sin x, code, level, error.</source>
        <translation>곡선을 가리키면 x, sin x, 코드, 레벨, 오차가 나옵니다.</translation>
    </message>
    <message>
        <source>{0} bits: code {1}, level {2}, error {3}</source>
        <translation>{0}비트: 코드 {1}, 레벨 {2}, 오차 {3}</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>See what quantization does</source>
        <translation>양자화가 무엇을 바꾸는지 보십시오</translation>
    </message>
    <message>
        <source>Drop a &lt;b&gt;.keras&lt;/b&gt;, &lt;b&gt;.h5&lt;/b&gt; or &lt;b&gt;.tflite&lt;/b&gt; file here. qviz shows its weights at once; with data it runs every scheme and tells what each one costs.</source>
        <translation>&lt;b&gt;.keras&lt;/b&gt;, &lt;b&gt;.h5&lt;/b&gt;, &lt;b&gt;.tflite&lt;/b&gt; 파일을 여기에 놓으십시오. qviz가 가중치를 바로 보여 줍니다. 데이터가 있으면 모든 방식을 실행해 각각의 손실을 알려 줍니다.</translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation>digits 예제 열기</translation>
    </message>
    <message>
        <source>Opens a small trained network and compares all schemes</source>
        <translation>학습된 작은 신경망을 열어 모든 방식을 비교합니다</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>열기…</translation>
    </message>
    <message>
        <source>Open a model file (Ctrl+O)</source>
        <translation>모델 파일을 엽니다(Ctrl+O)</translation>
    </message>
    <message>
        <source>Only the sine curve</source>
        <translation>사인 곡선만</translation>
    </message>
    <message>
        <source>See how codes stand for numbers; needs no model</source>
        <translation>코드가 숫자를 어떻게 나타내는지 봅니다. 모델이 필요 없습니다</translation>
    </message>
    <message>
        <source>Demos of TensorFlow.js, on their whole test sets</source>
        <translation>TensorFlow.js 데모, 전체 테스트 세트로</translation>
    </message>
    <message>
        <source>Start page</source>
        <translation>시작 페이지</translation>
    </message>
    <message>
        <source>Housing</source>
        <translation>Housing</translation>
    </message>
    <message>
        <source>prices, MLP</source>
        <translation>가격, MLP</translation>
    </message>
    <message>
        <source>Prices in California; published MAE 0.312, 16 bit 0.312, 8 bit 0.313</source>
        <translation>캘리포니아 주택 가격; 공개된 MAE 0.312, 16비트 0.312, 8비트 0.313</translation>
    </message>
    <message>
        <source>digits, CNN</source>
        <translation>숫자, CNN</translation>
    </message>
    <message>
        <source>Handwritten digits; published accuracy 99.52%, the same at 8 bit</source>
        <translation>손글씨 숫자; 공개된 정확도 99.52%, 8비트도 같음</translation>
    </message>
    <message>
        <source>clothes, CNN</source>
        <translation>의류, CNN</translation>
    </message>
    <message>
        <source>Pieces of clothing; published accuracy 92.2%, 8 bit 92.11%</source>
        <translation>의류 사진; 공개된 정확도 92.2%, 8비트 92.11%</translation>
    </message>
    <message>
        <source>your photographs</source>
        <translation>직접 고른 사진</translation>
    </message>
    <message>
        <source>ImageNet; published accuracy 61.8%, 16 bit 62.4%, 8 bit 28.0%</source>
        <translation>ImageNet; 공개된 정확도 61.8%, 16비트 62.4%, 8비트 28.0%</translation>
    </message>
    <message>
        <source>Recent files</source>
        <translation>최근 파일</translation>
    </message>
    <message>
        <source>{0} (missing)</source>
        <translation>{0}(없음)</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>Ready</source>
        <translation>준비됨</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행률</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Stop at once; what is finished is kept (Esc)</source>
        <translation>즉시 멈춥니다. 끝난 것은 남습니다(Esc)</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>기록</translation>
    </message>
    <message>
        <source>What happened in this session</source>
        <translation>이 세션에서 있었던 일</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>, finishing</source>
        <translation>, 마무리 중</translation>
    </message>
    <message>
        <source>, about {0} left</source>
        <translation>, 약 {0} 남음</translation>
    </message>
</context>
<context>
    <name>StepChain</name>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message numerus="yes">
        <source>{0}: %n steps</source>
        <translation>
            <numerusform>{0}: %n단계</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TermsPanel</name>
    <message>
        <source>Input</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>Weight</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>곱</translation>
    </message>
    <message>
        <source>Click a cell to go to its term</source>
        <translation>칸을 클릭하면 그 항으로 갑니다</translation>
    </message>
    <message>
        <source>Terms added up</source>
        <translation>더한 항</translation>
    </message>
    <message>
        <source>Left and right keys go from term to term, Space plays</source>
        <translation>왼쪽·오른쪽 키로 항을 옮기고 스페이스로 재생합니다</translation>
    </message>
    <message>
        <source>One term back</source>
        <translation>한 항 뒤로</translation>
    </message>
    <message>
        <source>One term on</source>
        <translation>한 항 앞으로</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>재생</translation>
    </message>
    <message>
        <source>Add up the terms one after the other (Space)</source>
        <translation>항을 하나씩 더해 갑니다(스페이스)</translation>
    </message>
    <message>
        <source>Current term</source>
        <translation>현재 항</translation>
    </message>
    <message>
        <source>Term {0} of {1}</source>
        <translation>항 {0}/{1}</translation>
    </message>
    <message>
        <source>{0}: outside of the image, counts 0.</source>
        <translation>{0}: 이미지 밖이므로 0으로 셉니다.</translation>
    </message>
    <message>
        <source>largest so far</source>
        <translation>지금까지 최대</translation>
    </message>
    <message>
        <source>sum</source>
        <translation>합</translation>
    </message>
    <message>
        <source>{0}, input [{1}]: code {2}; {3} {4}.</source>
        <translation>{0}, 입력 [{1}]: 코드 {2}; {3} {4}.</translation>
    </message>
    <message>
        <source>{0}, input [{1}]: {2} = {3}; sum {4}.</source>
        <translation>{0}, 입력 [{1}]: {2} = {3}; 합 {4}.</translation>
    </message>
    <message>
        <source>Float: {0} × {1} = {2}; sum {3}.</source>
        <translation>float: {0} × {1} = {2}; 합 {3}.</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
</context>
<context>
    <name>TraceCommand</name>
    <message>
        <source>&amp;Trace an element of {0}</source>
        <translation>{0}의 원소 추적(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Quantize it again</source>
        <translation>다시 양자화(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Keep it in float32</source>
        <translation>float32로 유지(&amp;K)</translation>
    </message>
    <message>
        <source>Tracing {0} …</source>
        <translation>{0} 추적 중 …</translation>
    </message>
    <message>
        <source>random values</source>
        <translation>무작위 값</translation>
    </message>
    <message>
        <source>The file as it is</source>
        <translation>파일 그대로</translation>
    </message>
    <message>
        <source>{0} on {1}, rounding {2}</source>
        <translation>{0}, 데이터 {1}, 반올림 {2}</translation>
    </message>
</context>
<context>
    <name>TraceTables</name>
    <message>
        <source>Terms</source>
        <translation>항</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>Formula</source>
        <translation>수식</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>단위</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>이유</translation>
    </message>
</context>
<context>
    <name>TraceView</name>
    <message>
        <source>Trace</source>
        <translation>추적</translation>
    </message>
    <message>
        <source>Stopped before the trace was ready.</source>
        <translation>추적이 끝나기 전에 멈췄습니다.</translation>
    </message>
    <message>
        <source>Trace again</source>
        <translation>다시 추적</translation>
    </message>
    <message>
        <source>Here one number of a quantized layer is taken apart: the codes that go in, every product, the accumulator, and each step of scaling and rounding to its code, beside the same number in float.</source>
        <translation>여기서는 양자화된 층의 숫자 하나를 분해합니다. 들어가는 코드, 모든 곱, 누산기, 코드가 되기까지의 스케일링과 반올림의 각 단계를 float의 같은 숫자와 나란히 보여 줍니다.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Copy everything as text (Ctrl+C); Ctrl+E writes a picture or a CSV file</source>
        <translation>전체를 텍스트로 복사합니다(Ctrl+C). Ctrl+E는 그림이나 CSV 파일로 저장합니다</translation>
    </message>
    <message>
        <source>As table</source>
        <translation>표로 보기</translation>
    </message>
    <message>
        <source>Show the terms and the steps as tables</source>
        <translation>항과 단계를 표로 봅니다</translation>
    </message>
    <message>
        <source>Try the digits sample</source>
        <translation>digits 예제 열기</translation>
    </message>
    <message>
        <source>Scale and zero point:  {0}</source>
        <translation>스케일과 영점:  {0}</translation>
    </message>
    <message>
        <source>Beside the exact result of these codes</source>
        <translation>이 코드들의 정확한 결과와 비교</translation>
    </message>
    <message>
        <source>Difference to float: {0}</source>
        <translation>float와의 차이: {0}</translation>
    </message>
</context>
<context>
    <name>ValuesPlot</name>
    <message>
        <source>value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>code</source>
        <translation>코드</translation>
    </message>
    <message>
        <source>count</source>
        <translation>개수</translation>
    </message>
    <message>
        <source>Histogram of {0}</source>
        <translation>{0}의 히스토그램</translation>
    </message>
    <message>
        <source>{0} weights with codes from {1} to {2}; codes in use: {3}.</source>
        <translation>가중치 {0}개, 코드 {1} ~ {2}, 쓰인 코드 {3}개.</translation>
    </message>
    <message>
        <source>{0} values from {1} to {2}; codes in use: {3}.</source>
        <translation>값 {0}개, {1} ~ {2}; 쓰인 코드: {3}.</translation>
    </message>
</context>
<context>
    <name>VerifyCommand</name>
    <message>
        <source>Writing {0} to verify it</source>
        <translation>검증하기 위해 {0} 저장 중</translation>
    </message>
    <message>
        <source>Verifying {0} against LiteRT</source>
        <translation>{0}: LiteRT와 대조 검증 중</translation>
    </message>
</context>
<context>
    <name>VerifyDialog</name>
    <message>
        <source>Verify against LiteRT</source>
        <translation>LiteRT와 대조 검증</translation>
    </message>
    <message>
        <source>The same inputs run through qviz and through the LiteRT interpreter, and every tensor is compared. Integers have to be equal; real values may differ by one part in 100,000 of their range.</source>
        <translation>같은 입력을 qviz와 LiteRT 인터프리터에서 실행하고 모든 텐서를 비교합니다. 정수는 같아야 하고, 실수는 그 범위의 10만분의 1까지 달라도 됩니다.</translation>
    </message>
    <message>
        <source>What was compared</source>
        <translation>비교 결과</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>Findings stand here.</source>
        <translation>판정이 여기에 나옵니다.</translation>
    </message>
    <message>
        <source>{0} as it is</source>
        <translation>{0} 그대로</translation>
    </message>
    <message>
        <source>{0} under {1}</source>
        <translation>{0}, 방식 {1}</translation>
    </message>
    <message>
        <source>also samples of {0}</source>
        <translation>{0}의 샘플도 사용</translation>
    </message>
    <message>
        <source>no data are chosen</source>
        <translation>선택한 데이터가 없습니다</translation>
    </message>
    <message>
        <source>What to verify</source>
        <translation>검증 대상</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>복사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>반올림</translation>
    </message>
    <message>
        <source>Tensors</source>
        <translation>텐서</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>비교함</translation>
    </message>
    <message>
        <source>Differ</source>
        <translation>다름</translation>
    </message>
    <message>
        <source>Largest difference</source>
        <translation>최대 차이</translation>
    </message>
    <message>
        <source>First operator that differs</source>
        <translation>처음으로 다른 연산자</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>{0}: only {1} of {2} operators could be compared.</source>
        <translation>{0}: 연산자 {2}개 중 {1}개만 비교할 수 있었습니다.</translation>
    </message>
    <message>
        <source>{0}: not every mode could be run.</source>
        <translation>{0}: 일부 모드는 실행할 수 없었습니다.</translation>
    </message>
    <message>
        <source>{0}: qviz and LiteRT differ.</source>
        <translation>{0}: qviz와 LiteRT의 결과가 다릅니다.</translation>
    </message>
    <message>
        <source>{0}: qviz computes what LiteRT does.</source>
        <translation>{0}: qviz의 계산이 LiteRT와 같습니다.</translation>
    </message>
</context>
<context>
    <name>ViewTabs</name>
    <message>
        <source>Views</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Sine</source>
        <translation>사인</translation>
    </message>
    <message>
        <source>Layer error</source>
        <translation>층 오차</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>보고서</translation>
    </message>
    <message>
        <source>Advice</source>
        <translation>추천</translation>
    </message>
    <message>
        <source>Eightbit</source>
        <translation>8비트</translation>
    </message>
    <message>
        <source>Trace</source>
        <translation>추적</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Which layer loses most</source>
        <translation>어느 층의 손실이 가장 큰가</translation>
    </message>
    <message>
        <source>After a run, a bar for every layer shows how much of its signal is left: of its weights, of the layer alone, and inside the whole network.</source>
        <translation>실행하고 나면 층마다 신호가 얼마나 남았는지를 막대로 보여 줍니다: 가중치의 오차, 그 층만 양자화했을 때, 신경망 전체 안에서.</translation>
    </message>
    <message>
        <source>What each scheme costs</source>
        <translation>각 방식의 손실은 얼마인가</translation>
    </message>
    <message>
        <source>After a run, a table sets accuracy, size and gzip size of the schemes side by side, with a picture of accuracy over size.</source>
        <translation>실행하고 나면 각 방식의 정확도, 크기, gzip 크기를 표로 나란히 보여 주고, 크기에 대한 정확도를 그림으로 그립니다.</translation>
    </message>
    <message>
        <source>One file to hand on</source>
        <translation>건네줄 파일 하나</translation>
    </message>
    <message>
        <source>After a run, a report with all numbers and charts can be written as one HTML file, and the numbers as CSV and JSON.</source>
        <translation>실행하고 나면 모든 숫자와 차트가 담긴 보고서를 HTML 파일 하나로, 숫자는 CSV와 JSON으로 저장할 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>WeightOptions</name>
    <message>
        <source>off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>Share of the weights set to 0, the smallest first</source>
        <translation>0으로 만들 가중치의 비율, 작은 것부터</translation>
    </message>
    <message>
        <source>in each layer</source>
        <translation>층마다</translation>
    </message>
    <message>
        <source>over all layers</source>
        <translation>모든 층에 걸쳐</translation>
    </message>
    <message>
        <source>Whether each layer loses that share, or all layers together</source>
        <translation>층마다 그 비율을 없앨지, 모든 층을 합쳐서 없앨지</translation>
    </message>
    <message>
        <source>Number of different values that each layer keeps</source>
        <translation>층마다 남길 서로 다른 값의 수</translation>
    </message>
    <message>
        <source>evenly spaced</source>
        <translation>고른 간격</translation>
    </message>
    <message>
        <source>Where the search for these values begins</source>
        <translation>이 값들을 찾기 시작하는 위치</translation>
    </message>
    <message>
        <source>Prune</source>
        <translation>가지치기</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>적용 범위</translation>
    </message>
    <message>
        <source>Cluster to</source>
        <translation>클러스터 수</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>시작값</translation>
    </message>
    <message>
        <source>The plain size stays the same, as every weight is still stored; the gzip size falls. Scales per channel and folding can undo clustering.</source>
        <translation>가중치는 여전히 모두 저장되므로 원래 크기는 그대로이고 gzip 크기가 줄어듭니다. 채널별 스케일과 층 합치기는 클러스터링의 효과를 없앨 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>WeightsView</name>
    <message>
        <source>{0} has no weights of its own; its error is in the Layer error tab.</source>
        <translation>{0}에는 자체 가중치가 없습니다. 오차는 층 오차 탭에 있습니다.</translation>
    </message>
    <message>
        <source>Weight tensor</source>
        <translation>가중치 텐서</translation>
    </message>
    <message>
        <source>All channels</source>
        <translation>모든 채널</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>채널</translation>
    </message>
    <message>
        <source>channel </source>
        <translation>채널 </translation>
    </message>
    <message>
        <source>Left and Right change the channel</source>
        <translation>왼쪽·오른쪽 키로 채널을 바꿉니다</translation>
    </message>
    <message>
        <source>Log counts</source>
        <translation>개수 로그 축</translation>
    </message>
    <message>
        <source>Logarithmic count axis, so that single outliers are seen (L)</source>
        <translation>낱낱의 이상값도 보이도록 개수 축을 로그로 표시합니다(L)</translation>
    </message>
    <message>
        <source>Value under the pointer</source>
        <translation>포인터 아래의 값</translation>
    </message>
</context>
<context>
    <name>Workbench</name>
    <message>
        <source>Opening {0}</source>
        <translation>{0} 여는 중</translation>
    </message>
    <message>
        <source>Measuring {0} as it is</source>
        <translation>{0} 파일을 그대로 측정하는 중</translation>
    </message>
    <message>
        <source>Running {0}</source>
        <translation>{0} 실행 중</translation>
    </message>
    <message>
        <source>Comparing all schemes</source>
        <translation>모든 방식 비교 중</translation>
    </message>
    <message>
        <source>Comparing 1 scheme</source>
        <translation>방식 1개 비교 중</translation>
    </message>
    <message>
        <source>Comparing {0} schemes</source>
        <translation>방식 {0}개 비교 중</translation>
    </message>
    <message>
        <source>Writing {0}</source>
        <translation>{0} 저장 중</translation>
    </message>
    <message>
        <source>Choose the data to compare on first, in the Scheme panel.</source>
        <translation>먼저 방식 패널에서 비교에 쓸 데이터를 선택하십시오.</translation>
    </message>
    <message>
        <source>{0} does not fit this model, so that no data are chosen.</source>
        <translation>{0} 데이터는 이 모델에 맞지 않아 선택을 해제했습니다.</translation>
    </message>
    <message>
        <source>{0} {1} of {2} operators can be run; all can be inspected.</source>
        <translation>{0} 연산자 {2}개 중 {1}개를 실행할 수 있습니다. 살펴보는 것은 모두 됩니다.</translation>
    </message>
    <message>
        <source>{0} was skipped: {1}</source>
        <translation>{0} 건너뜀: {1}</translation>
    </message>
    <message>
        <source>{0} more are listed in the report.</source>
        <translation>{0}개가 더 있으며 보고서에 나옵니다.</translation>
    </message>
</context>
<context>
    <name>Workers</name>
    <message>
        <source>Done in {0} s.</source>
        <translation>{0}초 만에 끝났습니다.</translation>
    </message>
    <message>
        <source>Stopped. What was finished is kept.</source>
        <translation>중지했습니다. 끝난 것은 남아 있습니다.</translation>
    </message>
</context>
</TS>
