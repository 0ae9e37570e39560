// Times and amounts as people read them. UTC, so that the same move reads the same everywhere.

export function duration(milliseconds: number): string {
    const seconds = milliseconds / 1000;
    if (seconds < 60) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
    const minutes = Math.round(whole / 60);
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function timeOfDay(milliseconds: number): string {
    return new Date(milliseconds).toISOString().slice(11, 19);
}

export function dateAndTime(milliseconds: number): string {
    return `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
