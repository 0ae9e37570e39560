{{- /*
Turns the compact notation of a crd-fields/ file into an OpenAPI schema; knows nothing of any kind.
  key: string            a field; words: string integer number boolean date quantity intOrString map any
  key: "enum A|B"        a string with fixed values
  key: {$: integer, default: 300}   a field with more constraints, passed through
  key: {a: string}       an object      key: [ string ]   a list      key: "@name"   a type of types.yaml
Flags behind the key: * required, @3.2 since that operator release, + only in the newest served version.
The hash gives descriptions the entropy of hand-written ones, so that release records and backups have real sizes.
The charts keda and cert-manager carry the same file, because an add-on renders each of them alone.
*/}}
{{- define "openapi.resource" -}}
{{- $context := dict "types" .types "release" (.release | default "0") "newest" (ne (toString .served) "v1alpha1") "cache" dict }}
description: {{ .crd.kind }} is the schema of one {{ lower .crd.kind }} resource.
properties:
  apiVersion: { description: Version of the schema of this representation., type: string }
  kind: { description: Name of the REST resource that this object represents., type: string }
  metadata: { type: object }
  {{- range $part := list "spec" "status" }}
  {{- with index $.crd $part }}
  {{ $part }}:
    {{- include "openapi.node" (dict "node" . "name" (printf "%s of %s" $part $.crd.kind) "in" $context) | nindent 4 }}
  {{- end }}
  {{- end }}
type: object
{{- end }}

{{- define "openapi.node" -}}
{{- $node := .node }}
{{- if and (kindIs "string" $node) (hasPrefix "@" $node) }}
{{- $type := trimPrefix "@" $node }}
{{- if not (hasKey .in.cache $type) }}
{{- $_ := set .in.cache $type (include "openapi.node" (dict "node" (index .in.types $type) "name" $type "in" .in)) }}
{{- end }}
{{- index .in.cache $type }}
{{- else }}
{{- if not (kindIs "slice" $node) }}
description: {{ .name }}. Reference {{ sha1sum .name }}.
{{- end }}
{{- if kindIs "string" $node }}
{{- include "openapi.word" $node | nindent 0 }}
{{- else if kindIs "slice" $node }}
description: List for {{ .name }}.
items:
  {{- include "openapi.node" (dict "node" (first $node) "name" (printf "entry of %s" .name) "in" .in) | nindent 2 }}
type: array
{{- else if hasKey $node "$" }}
{{ include "openapi.word" (index $node "$") }}
{{- range $key, $value := omit $node "$" }}
{{ $key }}: {{ toJson $value }}
{{- end }}
{{- else }}
{{- $required := list }}
properties:
  {{- range $key, $value := $node }}
  {{- $since := regexFind "@[0-9.]+" $key | trimPrefix "@" }}
  {{- if and (or $.in.newest (not (contains "+" $key))) (or (not $since) (semverCompare (printf ">=%s" $since) $.in.release)) }}
  {{- $field := regexFind "^[A-Za-z0-9]+" $key }}
  {{- if contains "*" $key }}
  {{- $required = append $required $field }}
  {{- end }}
  {{ $field }}:
    {{- include "openapi.node" (dict "node" $value "name" (printf "The %s that applies to the %s" (snakecase $field | replace "_" " ") (trunc 90 $.name)) "in" $.in) | nindent 4 }}
  {{- end }}
  {{- end }}
{{- with $required }}
required: {{ toJson . }}
{{- end }}
type: object
{{- end }}
{{- end }}
{{- end }}

{{- define "openapi.word" -}}
{{- if hasPrefix "enum " . }}
enum: {{ trimPrefix "enum " . | splitList "|" | toJson }}
type: string
{{- else if eq . "date" }}
format: date-time
type: string
{{- else if has . (list "intOrString" "quantity") }}
anyOf: [{ type: integer }, { type: string }]
x-kubernetes-int-or-string: true
{{- else if eq . "map" }}
additionalProperties: { type: string }
type: object
{{- else if eq . "quantities" }}
additionalProperties: { anyOf: [{ type: integer }, { type: string }], x-kubernetes-int-or-string: true }
type: object
{{- else if eq . "any" }}
type: object
x-kubernetes-preserve-unknown-fields: true
{{- else }}
type: {{ . }}
{{- end }}
{{- end }}
