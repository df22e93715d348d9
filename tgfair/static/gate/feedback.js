// Sound, vibration and a screen that stays on: colour alone is not seen in the sun.

const SOUNDS = {
  green: [[1320, 0, 0.09], [1760, 0.13, 0.12]],
  amber: [[660, 0, 0.16], [660, 0.24, 0.16]],
  red: [[196, 0, 0.6]],
  saved: [[523, 0, 0.12]],
};
const BUZZES = { green: [60], amber: [120, 80, 120], red: [400], saved: [60, 60, 60] };

let audio = null;

// Browsers allow sound only after a tap; called from the "start" button.
export function unlock() {
  audio ??= window.AudioContext ? new AudioContext() : null;
  audio?.resume();
  stayAwake();
}

export function signal(colour) {
  navigator.vibrate?.(BUZZES[colour]);
  if (audio?.state !== "running") return;
  for (const [pitch, start, length] of SOUNDS[colour]) tone(pitch, audio.currentTime + start, length);
}

function tone(pitch, start, length) {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.type = "square";
  oscillator.frequency.value = pitch;
  gain.gain.setValueAtTime(0.25, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + length);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}

export function stayAwake() {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
}
