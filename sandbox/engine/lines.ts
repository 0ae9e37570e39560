// Splits a process's output stream into lines and hands each one on as it arrives; the last one without a newline too.
import type { Readable } from "node:stream";

export function eachLine(stream: Readable, onLine: (line: string) => void): void {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
            onLine(line);
        }
    });
    stream.on("end", () => {
        if (rest !== "") {
            onLine(rest);
        }
    });
}
