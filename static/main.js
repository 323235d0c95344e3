// What every page loads: registers the elements, and notes which lesson is open.
import { followMeasures } from "./measures-follow.js";
import { offerResume } from "./resume.js";
import { visit } from "./visits.js";
import { WuCaptureOpen } from "./wu-capture-open.js";
import { WuCaptureSave } from "./wu-capture-save.js";
import { WuCometLab } from "./wu-comet-lab.js";
import { WuConnectionsLab } from "./wu-connections-lab.js";
import { WuConnectionsLatency } from "./wu-connections-latency.js";
import { WuConnectionsWindow } from "./wu-connections-window.js";
import { WuContinue } from "./wu-continue.js";
import { WuConversationEnds } from "./wu-conversation-ends.js";
import { WuConversationFragments } from "./wu-conversation-fragments.js";
import { WuConversationLong } from "./wu-conversation-long.js";
import { WuConversationMany } from "./wu-conversation-many.js";
import { WuConversationPings } from "./wu-conversation-pings.js";
import { WuDecoded } from "./wu-decoded.js";
import { WuDecoder } from "./wu-decoder.js";
import { WuEchoLab } from "./wu-echo-lab.js";
import { WuExercise } from "./wu-exercise.js";
import { WuForge } from "./wu-forge.js";
import { WuGameLab } from "./wu-game-lab.js";
import { WuHandshakeBreak } from "./wu-handshake-break.js";
import { WuHandshakeLab } from "./wu-handshake-lab.js";
import { WuInspector } from "./wu-inspector.js";
import { WuMaskingLab } from "./wu-masking-lab.js";
import { WuMeasured } from "./wu-measured.js";
import { WuPollingLab } from "./wu-polling-lab.js";
import { WuPredict } from "./wu-predict.js";
import { WuProductionProxies } from "./wu-production-proxies.js";
import { WuProductionReader } from "./wu-production-reader.js";
import { WuProductionReturn } from "./wu-production-return.js";
import { WuProductionSqueeze } from "./wu-production-squeeze.js";
import { WuProductionStranger } from "./wu-production-stranger.js";
import { WuProgram } from "./wu-program.js";
import { WuProgress } from "./wu-progress.js";
import { WuRaceLab } from "./wu-race-lab.js";
import { WuRequestLab } from "./wu-request-lab.js";
import { WuRequestRaw } from "./wu-request-raw.js";
import { WuSocketsCalls } from "./wu-sockets-calls.js";
import { WuSocketsRaw } from "./wu-sockets-raw.js";
import { WuStreamingLab } from "./wu-streaming-lab.js";
import { WuTerminal } from "./wu-terminal.js";
import { WuTheme } from "./wu-theme.js";

for (const element of [
  WuTheme, WuInspector, WuDecoded, WuDecoder, WuEchoLab, WuMaskingLab, WuRequestLab, WuRequestRaw,
  WuConnectionsLab, WuConnectionsLatency, WuConnectionsWindow, WuPollingLab, WuCometLab, WuStreamingLab,
  WuSocketsCalls, WuSocketsRaw, WuHandshakeLab, WuHandshakeBreak, WuConversationFragments, WuConversationPings,
  WuConversationEnds, WuConversationLong, WuConversationMany, WuCaptureOpen, WuCaptureSave,
  WuProductionProxies, WuProductionReader, WuProductionReturn, WuProductionSqueeze, WuProductionStranger,
  WuRaceLab, WuGameLab, WuMeasured, WuForge, WuPredict, WuTerminal, WuContinue, WuExercise, WuProgram,
  WuProgress,
]) element.define();

const lesson = document.querySelector("main[data-lesson]");
if (lesson instanceof HTMLElement && lesson.dataset["lesson"]) visit(lesson.dataset["lesson"]);
if (document.querySelector("wu-inspector, wu-measured")) followMeasures();
offerResume();
