// What TypeScript tells a maker who uses the package: compiled by `make lint`, never run.
import { init } from "../types/index.js";

const app = await init({ timeoutMs: 5000 });
export const answer: string | null = await app.call("popup.open", { message: "Sure?" });
export const paid: "paid" | "cancelled" | "failed" | "pending" = (await app.pay({ invoice: "inv_x" })).status;
export const north: number | undefined = (await app.getLocation())?.latitude;
export const sent: boolean = await app.shareMessage("prp_x");
app.on("viewport", ({ height }) => height.toFixed());
app.secondaryButton.set({ text: "Later", position: "left" });

// @ts-expect-error the words of a popup are a string
app.call("popup.open", { message: 1 });
// @ts-expect-error a popup without words
app.call("popup.open", {});
// @ts-expect-error the host has no such method
app.call("popup.shut");
// @ts-expect-error nor such an event
app.on("popup", () => {});
// @ts-expect-error nor such a side
app.secondaryButton.set({ position: "middle" });
