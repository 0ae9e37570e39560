{{- define "operator.requiredValues" -}}
{{- $v := .Values }}
{{- if and $v.s3.enabled (not $v.s3.serviceAccountRoleArn) }}
{{- fail "A valid role for the Mountpoint for s3 CSI driver must be set via the --set s3.serviceAccountRoleArn=<arn> flag." }}
{{- end }}
{{- if not $v.executionRoleArn }}
{{- fail "executionRoleArn must be set via the --set executionRoleArn=<arn> flag" }}
{{- end }}
{{- if and $v.isAddOn (not (hasPrefix "SageMakerHyperPodInference" (last (splitList "/" $v.executionRoleArn)))) }}
{{- fail "executionRoleArn must have a role name with prefix 'SageMakerHyperPodInference'" }}
{{- end }}
{{- if not $v.tlsCertificateS3Bucket }}
{{- fail "tlsCertificateS3Bucket must be set via the --set tlsCertificateS3Bucket=<s3 Bucket> flag" }}
{{- end }}
{{- if not $v.isAddOn }}
{{- if not $v.region }}
{{- fail "A valid region is required!" }}
{{- end }}
{{- if not $v.eksClusterName }}
{{- fail "An EKS cluster name is required!" }}
{{- end }}
{{- if and $v.keda.enabled (not $v.keda.podIdentity.aws.irsa.roleArn) }}
{{- fail "A valid role for the KEDA operator must be set via the --set keda.podIdentity.aws.irsa.roleArn=<arn> flag." }}
{{- end }}
{{- if and $v.alb.enabled (not $v.alb.vpcId) }}
{{- fail "alb.vpcId must be set when alb.enabled=true" }}
{{- end }}
{{- if and $v.alb.enabled $v.alb.serviceAccount.create (not $v.alb.serviceAccount.roleArn) }}
{{- fail "A valid role for the AWS Load Balancer Controller must be set via the --set alb.serviceAccount.roleArn=<arn> flag." }}
{{- end }}
{{- if not (hasKey $v.image.repositoryDomainMap $v.region) }}
{{- fail "Unsupported AWS Region" }}
{{- end }}
{{- end }}
{{- end }}
