{{- define "keda.crdLabels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: {{ .Values.operator.name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- if not (.Values.global).isAddOn }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- end }}

{{- /* Takes (list <root> <app.kubernetes.io/name>). */}}
{{- define "keda.labels" -}}
app.kubernetes.io/name: {{ last . }}
app.kubernetes.io/instance: {{ (first .).Release.Name }}
{{ include "keda.crdLabels" (first .) }}
{{- end }}
