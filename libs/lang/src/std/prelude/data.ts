/** Types of `::hot::uri`, `::hot::xml` and `::hot::media`. */
import { COLORS } from '../text/term';

export const DATA_TYPES = `
::hot::uri ns
Uri meta {doc: "An address in its parts."} type { scheme: Str, userinfo: Str?, host: Str?, port: Int?, path: Str, query: Str?, fragment: Str? } fn
  (s: Str): Uri { ::hot::internal::uri/make(s) }
Uri -> Str fn (uri: Uri): Str { ::hot::internal::type/text(uri) }

::hot::xml ns
Xml meta {doc: "An element: content holds Strs and Xmls in order."} type { tag: Str, attrs: Map, content: Vec }

::hot::file ns
FileMeta meta {doc: "What is known of a stored file; times are seconds since 1970."} type { file-id: Str, path: Str, size: Int, etag: Str?, content-type: Str?, storage-backend: Str, created-at: Int, updated-at: Int }

::hot::media ns
ImageFormat type open "png" | "jpeg" | "webp" | "gif"
AudioFormat type open "mp3" | "wav" | "ogg" | "flac" | "aac" | "opus"
VideoFormat type open "mp4" | "webm" | "mov" | "avi"
Image type { file: ::hot::file/FileMeta, width: Int?, height: Int?, format: ImageFormat? }
Audio type { file: ::hot::file/FileMeta, duration_seconds: Dec?, format: AudioFormat?, transcript: Str? }
Video type { file: ::hot::file/FileMeta, duration_seconds: Dec?, width: Int?, height: Int?, format: VideoFormat?, fps: Int? }
Media meta {doc: "An image, audio or video; packages may add kinds."} enum open { Image(Image), Audio(Audio), Video(Video) }
MediaError type { index: Int, message: Str }
MediaBatch type { items: Vec<Media>, succeeded: Int, failed: Int, errors: Vec<MediaError>? }

is-image meta {doc: "Whether it is an image."} fn (media: Media): Bool { is-type(media, Media.Image) }
is-audio meta {doc: "Whether it is audio."} fn (media: Media): Bool { is-type(media, Media.Audio) }
is-video meta {doc: "Whether it is a video."} fn (media: Media): Bool { is-type(media, Media.Video) }
has-duration meta {doc: "Whether it is audio or a video."} fn (media: Media): Bool { or(is-audio(media), is-video(media)) }
duration meta {doc: "Seconds of audio or video, null when unknown."} fn (media: Media): Dec? { media.duration_seconds }

::hot::term ns
colors meta {doc: "SGR codes by name."} {${COLORS.map(([name, code]) => `${name}: ${code}`).join(', ')}}
`;
