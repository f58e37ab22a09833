export type CallOptions = {
    timeoutMs?: number;
    signal?: AbortSignal;
};
export type Launch = {
    id: string;
    appId: string;
    startParam: string | null;
    chatType: string | null;
    lang: string;
    dir: "rtl" | "ltr";
    platform: string;
};
export type User = {
    id: number | string;
    first_name?: string;
    last_name?: string;
    username?: string;
    language_code?: string;
    photo_url?: string;
};
export type Theme = {
    scheme: "light" | "dark";
    params: Record<string, string>;
};
export type Viewport = {
    height: number;
    width: number;
    expanded: boolean;
    stable: boolean;
};
export type Button = {
    text?: string;
    visible?: boolean;
    active?: boolean;
    progress?: boolean;
    color?: string;
    text_color?: string;
    shine?: boolean;
};
export type SecondButton = Button & {
    position?: "left" | "right" | "top" | "bottom";
};
export type PopupButton = {
    id?: string;
    type?: "default" | "destructive" | "ok" | "close" | "cancel";
    text?: string;
};
export type Popup = {
    title?: string;
    message: string;
    buttons?: PopupButton[];
};
export type Paid = {
    status: "paid" | "cancelled" | "failed" | "pending";
    token: string | null;
};
export type Place = {
    latitude: number;
    longitude: number;
    altitude?: number;
    course?: number;
    speed?: number;
    horizontal_accuracy?: number;
    vertical_accuracy?: number;
};
export type Look = {
    color: string;
};
export type Events = {
    theme: Theme;
    viewport: Viewport;
    mainButton: {};
    secondaryButton: {};
    backButton: {};
    settingsButton: {};
    visibility: {
        visible: boolean;
    };
    closed: {
        reason: string;
    };
};
export type Host = {
    connected: Promise<void>;
    BarnamakError: any;
    launch: Launch | null;
    user: User | null;
    theme: Theme | null;
    viewport: Viewport | null;
    capabilities: Set<string>;
    ready: () => Promise<void>;
    close: () => Promise<void>;
    expand: () => Promise<void>;
    getToken: (options?: CallOptions) => Promise<string>;
    popup: (popup: Popup, options?: CallOptions) => Promise<string | null>;
    pay: (asked: {
        invoice: string;
    }, options?: CallOptions) => Promise<Paid>;
    alert: (text: string) => Promise<void>;
    confirm: (text: string) => Promise<boolean>;
    closingConfirmation: (needed: boolean) => Promise<void>;
    header: (look: Look) => Promise<void>;
    background: (look: Look) => Promise<void>;
    bottomBar: (look: Look) => Promise<void>;
    openLink: (url: string) => Promise<boolean>;
    haptic: (kind: string, style?: string) => Promise<void>;
    /**
     * any method of the port, by its name
     */
    call: (method: string, params?: object, options?: CallOptions) => Promise<any>;
    requestWriteAccess: (options?: CallOptions) => Promise<boolean>;
    on: <K extends keyof Events>(event: K, listener: (data: Events[K]) => void) => () => void;
    storage: {
        get(key: string, options?: CallOptions): Promise<string>;
        set(key: string, value: string, options?: CallOptions): Promise<void>;
        remove(key: string, options?: CallOptions): Promise<void>;
        keys(options?: CallOptions): Promise<string[]>;
    };
    mainButton: {
        set(button: Button): Promise<void>;
    };
    secondaryButton: {
        set(button: SecondButton): Promise<void>;
    };
    backButton: {
        set(button: {
            visible: boolean;
        }): Promise<void>;
    };
    settingsButton: {
        set(button: {
            visible: boolean;
        }): Promise<void>;
    };
    fullscreen: {
        request(): Promise<boolean>;
        exit(): Promise<boolean>;
    };
};
