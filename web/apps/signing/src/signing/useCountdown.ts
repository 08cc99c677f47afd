import { computed, onScopeDispose, ref, type ComputedRef } from 'vue';

export interface Countdown {
  /** Whole seconds left, 0 when it is over. */
  secondsLeft: ComputedRef<number>;
  start(seconds: number): void;
  stop(): void;
}

/**
 * Counts down to a moment, not by ticks: a page that slept in the background shows the right value
 * when it wakes.
 */
export function useCountdown(onEnd?: () => void, now: () => number = () => performance.now()): Countdown {
  const millisecondsLeft = ref(0);
  let endsAt = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick(): void {
    millisecondsLeft.value = Math.max(0, endsAt - now());
    if (millisecondsLeft.value > 0) return;
    clearInterval(timer);
    onEnd?.();
  }

  function stop(): void {
    clearInterval(timer);
    millisecondsLeft.value = 0;
  }

  onScopeDispose(stop);
  return {
    secondsLeft: computed(() => Math.ceil(millisecondsLeft.value / 1000)),
    start(seconds) {
      stop();
      if (seconds <= 0) return;
      endsAt = now() + seconds * 1000;
      millisecondsLeft.value = seconds * 1000;
      timer = setInterval(tick, 250);
    },
    stop,
  };
}
