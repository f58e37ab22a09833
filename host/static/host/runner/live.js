// The socket that tells when a launch has ended, kept up with growing pauses.

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;

/**
 * @param {string} path of the socket, such as `/ws/`
 * @param {string} launch its public id
 * @param {(reason: string) => void} onEnded
 * @returns {() => void} stop listening
 */
export function watchLaunch(path, launch, onEnded) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let pause = FIRST_PAUSE_MS;
  let stopped = false;
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {any} */
  let timer = 0;

  const open = () => {
    socket = new WebSocket(url);
    socket.onopen = () => {
      pause = FIRST_PAUSE_MS;
      socket?.send(JSON.stringify({ do: "subscribe_launch", launch }));
    };
    socket.onmessage = ({ data }) => {
      let message;
      try {
        message = JSON.parse(data);
      } catch {
        return;
      }
      if (message?.event !== "launch.ended") return;
      if (message.data?.launch && message.data.launch !== launch) return;
      onEnded(String(message.data?.reason ?? "ended"));
    };
    socket.onclose = () => {
      if (stopped) return;
      timer = setTimeout(open, pause * (0.5 + Math.random() / 2));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    };
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    socket?.close();
  };
}
