{{- define "alb.fullname" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name }}{{ end }}
{{- end }}

{{- define "alb.prefix" -}}
{{ trimSuffix "-controller" .Chart.Name }}
{{- end }}

{{- define "alb.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "alb.labels" -}}
{{ include "alb.selector" . }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- if not (.Values.global).isAddOn }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- end }}

{{- define "alb.serviceAccount" -}}
{{ .Values.serviceAccount.name | default "aws-load-balancer-controller" }}
{{- end }}

{{- /* The bytes of the live Secret when there is one, a fresh CA and certificate otherwise. */}}
{{- define "alb.tls" -}}
{{- $service := printf "%s-webhook-service" (include "alb.prefix" .) }}
{{- $live := lookup "v1" "Secret" .Release.Namespace (printf "%s-tls" (include "alb.prefix" .)) }}
{{- if and .Values.keepTLSSecret $live }}
{{- toJson (pick $live.data "ca.crt" "tls.crt" "tls.key") }}
{{- else }}
{{- $names := list (printf "%s.%s" $service .Release.Namespace) (printf "%s.%s.svc" $service .Release.Namespace) (printf "%s.%s.svc.cluster.local" $service .Release.Namespace) }}
{{- $ca := genCA "aws-load-balancer-controller-ca" 3650 }}
{{- $leaf := genSignedCert (include "alb.fullname" .) nil $names 3650 $ca }}
{{- dict "ca.crt" (b64enc $ca.Cert) "tls.crt" (b64enc $leaf.Cert) "tls.key" (b64enc $leaf.Key) | toJson }}
{{- end }}
{{- end }}
