{{- define "operator.prefix" -}}
{{ ternary .Values.shortPrefix .Values.namePrefix .Values.isAddOn }}
{{- end }}

{{- define "operator.namespace" -}}
{{ .Values.shortPrefix }}-system
{{- end }}

{{- define "operator.manager" -}}
{{ include "operator.prefix" . }}-controller-manager
{{- end }}
