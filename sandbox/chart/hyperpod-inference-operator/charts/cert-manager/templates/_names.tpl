{{- define "certManager.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name }}{{ end }}
{{- end }}

{{- define "certManager.namespace" -}}
{{ .Values.namespace | default .Release.Namespace }}
{{- end }}

{{- /* Takes (list <root> <component>); the controller is called cert-manager, the others by their component. */}}
{{- define "certManager.selector" -}}
{{- $name := ternary (first .).Chart.Name (last .) (has (last .) (list "controller" "crds")) -}}
app.kubernetes.io/name: {{ $name }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- define "certManager.labels" -}}
app: {{ ternary (first .).Chart.Name (last .) (has (last .) (list "controller" "crds")) }}
{{ include "certManager.selector" . }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
helm.sh/chart: {{ (first .).Chart.Name }}-{{ (first .).Chart.Version }}
{{- if not ((first .).Values.global).isAddOn }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
{{- end }}
{{- end }}

{{- /* Name of a component: the controller has the full name itself. */}}
{{- define "certManager.part" -}}
{{- include "certManager.fullname" (first .) }}{{ if ne (last .) "controller" }}-{{ last . }}{{ end }}
{{- end }}
