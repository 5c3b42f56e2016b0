"""Which types of resource hold something that is lost with them, and what. Pure.

Dated 2026-11-21; the types of pulumi-gcp 10.2, pulumi-aws 7.51, pulumi-kubernetes 4.34 and pulumi-random 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

#: What is lost, by kind.
_LOSS: Final[Mapping[str, str]] = {
    "address": "an address that others may have on their allow lists; it is not given again",
    "backup": "backups",
    "bucket": "a bucket with what is in it",
    "cache": "a store in memory with what is in it",
    "certificate authority": "a certificate authority; what it signed is no longer trusted",
    "cluster": "a cluster with everything that runs in it",
    "custom resource definition": "a definition; Kubernetes deletes every object of its kind with it",
    "database": "a database with its data",
    "directory": "a directory of people or accounts",
    "disk": "a disk with its data",
    "file system": "a file system with its files",
    "generated value": "a generated value that is nowhere but in the state, such as a password",
    "identity": "an identity; what was granted to it is not granted to one of the same name",
    "image registry": "a registry with its images",
    "key": "a key; what it encrypts cannot be read without it",
    "log": "logs that were kept",
    "namespace": "a namespace with everything in it",
    "network": "a network with everything attached to it",
    "project": "a project or account with everything in it",
    "queue": "messages that nobody has read yet",
    "repository": "a repository of code",
    "search index": "an index with its documents",
    "secret": "a secret with its versions",
    "volume": "a volume with its data",
    "zone": "a zone with its records; a new one has other name servers",
}

_CLOUD: Final[Mapping[str, str]] = {
    "address": "gcp:compute/address:Address gcp:compute/globalAddress:GlobalAddress aws:ec2/eip:Eip"
    " aws:lightsail/staticIp:StaticIp",
    "backup": "gcp:alloydb/backup:Backup gcp:backupdisasterrecovery/backupVault:BackupVault gcp:filestore/backup:Backup"
    " gcp:filestore/snapshot:Snapshot gcp:gkebackup/backupPlan:BackupPlan gcp:netapp/backup:Backup"
    " gcp:netapp/backupVault:BackupVault gcp:netapp/volumeSnapshot:VolumeSnapshot gcp:compute/snapshot:Snapshot"
    " gcp:compute/image:Image aws:backup/vault:Vault aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault"
    " aws:backup/plan:Plan aws:docdb/clusterSnapshot:ClusterSnapshot aws:ebs/snapshot:Snapshot"
    " aws:ebs/snapshotCopy:SnapshotCopy aws:fsx/backup:Backup aws:fsx/openZfsSnapshot:OpenZfsSnapshot"
    " aws:glacier/vault:Vault aws:memorydb/snapshot:Snapshot aws:neptune/clusterSnapshot:ClusterSnapshot"
    " aws:rds/clusterSnapshot:ClusterSnapshot aws:rds/snapshot:Snapshot aws:rds/snapshotCopy:SnapshotCopy"
    " aws:redshift/clusterSnapshot:ClusterSnapshot aws:redshiftserverless/snapshot:Snapshot",
    "bucket": "gcp:storage/bucket:Bucket gcp:storage/bucketObject:BucketObject aws:s3/bucket:Bucket"
    " aws:s3/bucketV2:BucketV2 aws:s3/directoryBucket:DirectoryBucket aws:s3/bucketObject:BucketObject"
    " aws:s3/bucketObjectv2:BucketObjectv2 aws:s3/vectorsVectorBucket:VectorsVectorBucket"
    " aws:s3tables/tableBucket:TableBucket aws:lightsail/bucket:Bucket",
    "cache": "gcp:redis/instance:Instance gcp:redis/cluster:Cluster gcp:memorystore/instance:Instance"
    " gcp:memcache/instance:Instance aws:elasticache/cluster:Cluster"
    " aws:elasticache/replicationGroup:ReplicationGroup aws:elasticache/serverlessCache:ServerlessCache"
    " aws:elasticache/globalReplicationGroup:GlobalReplicationGroup aws:memorydb/cluster:Cluster"
    " aws:memorydb/multiRegionCluster:MultiRegionCluster",
    "certificate authority": "gcp:certificateauthority/authority:Authority gcp:certificateauthority/caPool:CaPool"
    " aws:acmpca/certificateAuthority:CertificateAuthority",
    "cluster": "gcp:container/cluster:Cluster gcp:container/attachedCluster:AttachedCluster"
    " gcp:container/awsCluster:AwsCluster gcp:container/azureCluster:AzureCluster gcp:edgecontainer/cluster:Cluster"
    " aws:eks/cluster:Cluster eks:index:Cluster aws:ecs/cluster:Cluster",
    "database": "gcp:sql/databaseInstance:DatabaseInstance gcp:sql/database:Database gcp:spanner/instance:Instance"
    " gcp:spanner/database:Database gcp:bigtable/instance:Instance gcp:bigtable/table:Table"
    " gcp:bigquery/dataset:Dataset gcp:bigquery/table:Table gcp:firestore/database:Database"
    " gcp:firestore/document:Document gcp:alloydb/cluster:Cluster gcp:alloydb/instance:Instance"
    " aws:rds/instance:Instance aws:rds/cluster:Cluster aws:rds/clusterInstance:ClusterInstance"
    " aws:rds/globalCluster:GlobalCluster aws:rds/shardGroup:ShardGroup aws:dynamodb/table:Table"
    " aws:dynamodb/globalTable:GlobalTable aws:dynamodb/tableReplica:TableReplica aws:dynamodb/tableItem:TableItem"
    " aws:docdb/cluster:Cluster aws:docdb/elasticCluster:ElasticCluster aws:docdb/globalCluster:GlobalCluster"
    " aws:neptune/cluster:Cluster aws:neptune/globalCluster:GlobalCluster aws:neptunegraph/graph:Graph"
    " aws:redshift/cluster:Cluster aws:redshiftserverless/namespace:Namespace aws:keyspaces/keyspace:Keyspace"
    " aws:keyspaces/table:Table aws:timestreamwrite/database:Database aws:timestreamwrite/table:Table"
    " aws:timestreaminfluxdb/dbInstance:DbInstance aws:timestreaminfluxdb/dbCluster:DbCluster aws:qldb/ledger:Ledger"
    " aws:dsql/cluster:Cluster aws:s3tables/table:Table aws:s3tables/namespace:Namespace"
    " aws:lightsail/database:Database",
    "directory": "aws:cognito/userPool:UserPool aws:cognito/identityPool:IdentityPool"
    " aws:directoryservice/directory:Directory aws:organizations/organization:Organization",
    "disk": "gcp:compute/disk:Disk gcp:compute/regionDisk:RegionDisk aws:ebs/volume:Volume"
    " aws:ebs/volumeCopy:VolumeCopy aws:lightsail/disk:Disk",
    "file system": "gcp:filestore/instance:Instance gcp:lustre/instance:Instance gcp:parallelstore/instance:Instance"
    " gcp:netapp/storagePool:StoragePool gcp:netapp/volume:Volume aws:efs/fileSystem:FileSystem"
    " aws:fsx/lustreFileSystem:LustreFileSystem aws:fsx/ontapFileSystem:OntapFileSystem"
    " aws:fsx/ontapVolume:OntapVolume aws:fsx/openZfsFileSystem:OpenZfsFileSystem aws:fsx/openZfsVolume:OpenZfsVolume"
    " aws:fsx/ontapStorageVirtualMachine:OntapStorageVirtualMachine aws:fsx/windowsFileSystem:WindowsFileSystem"
    " aws:fsx/fileCache:FileCache aws:s3/filesFileSystem:FilesFileSystem",
    "identity": "gcp:serviceaccount/account:Account gcp:iam/workloadIdentityPool:WorkloadIdentityPool"
    " aws:iam/user:User",
    "image registry": "gcp:artifactregistry/repository:Repository gcp:container/registry:Registry"
    " aws:ecr/repository:Repository aws:ecrpublic/repository:Repository aws:codeartifact/domain:Domain"
    " aws:codeartifact/repository:Repository",
    "key": "gcp:kms/keyRing:KeyRing gcp:kms/cryptoKey:CryptoKey gcp:kms/cryptoKeyVersion:CryptoKeyVersion"
    " aws:kms/key:Key aws:kms/externalKey:ExternalKey aws:kms/replicaKey:ReplicaKey"
    " aws:kms/replicaExternalKey:ReplicaExternalKey aws:kms/customKeyStore:CustomKeyStore",
    "log": "gcp:logging/projectBucketConfig:ProjectBucketConfig gcp:logging/folderBucketConfig:FolderBucketConfig"
    " gcp:logging/organizationBucketConfig:OrganizationBucketConfig aws:cloudwatch/logGroup:LogGroup"
    " aws:cloudtrail/trail:Trail aws:cloudtrail/eventDataStore:EventDataStore"
    " aws:cloudwatch/eventArchive:EventArchive",
    "network": "gcp:compute/network:Network gcp:compute/subnetwork:Subnetwork aws:ec2/vpc:Vpc aws:ec2/subnet:Subnet",
    "project": "gcp:organizations/project:Project gcp:organizations/folder:Folder aws:organizations/account:Account",
    "queue": "gcp:pubsub/topic:Topic gcp:pubsub/subscription:Subscription aws:sqs/queue:Queue aws:sns/topic:Topic"
    " aws:kinesis/stream:Stream aws:kinesis/videoStream:VideoStream aws:msk/cluster:Cluster"
    " aws:msk/serverlessCluster:ServerlessCluster aws:msk/topic:Topic aws:mq/broker:Broker",
    "repository": "aws:codecommit/repository:Repository",
    "search index": "aws:opensearch/domain:Domain aws:opensearch/serverlessCollection:ServerlessCollection"
    " aws:elasticsearch/domain:Domain aws:s3/vectorsIndex:VectorsIndex",
    "secret": "gcp:secretmanager/secret:Secret gcp:secretmanager/secretVersion:SecretVersion"
    " gcp:secretmanager/regionalSecret:RegionalSecret gcp:secretmanager/regionalSecretVersion:RegionalSecretVersion"
    " aws:secretsmanager/secret:Secret aws:secretsmanager/secretVersion:SecretVersion aws:ssm/parameter:Parameter",
    "zone": "gcp:dns/managedZone:ManagedZone aws:route53/zone:Zone aws:lightsail/domain:Domain",
}

_OTHER: Final[Mapping[str, str]] = {
    "generated value": "random:index/randomPassword:RandomPassword random:index/randomString:RandomString"
    " random:index/randomId:RandomId random:index/randomBytes:RandomBytes random:index/randomPet:RandomPet"
    " random:index/randomUuid:RandomUuid random:index/randomInteger:RandomInteger"
    " random:index/randomShuffle:RandomShuffle tls:index/privateKey:PrivateKey",
}

#: Group and kind, in any version.
_KUBERNETES: Final[Mapping[tuple[str, str], str]] = {
    ("core", "Namespace"): "namespace",
    ("core", "PersistentVolume"): "volume",
    ("core", "PersistentVolumeClaim"): "volume",
    ("apps", "StatefulSet"): "volume",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "custom resource definition",
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): "backup",
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent"): "backup",
    ("postgresql.cnpg.io", "Cluster"): "database",
    ("postgresql.cnpg.io", "Database"): "database",
    ("bitnami.com", "SealedSecret"): "secret",
    ("velero.io", "Schedule"): "backup",
    ("velero.io", "BackupStorageLocation"): "backup",
}

_BY_TYPE: Final[Mapping[str, str]] = {
    token: kind for table in (_CLOUD, _OTHER) for kind, tokens in table.items() for token in tokens.split()
}
_KUBERNETES_TYPE: Final = re.compile(r"kubernetes:([^/:]+)(?:/[^:]+)?:(\w+)")


def kind_of(token: str) -> str | None:
    """What kind of state a type holds, such as `database`; None for a type that holds none that is known."""
    if found := _KUBERNETES_TYPE.fullmatch(token):
        return _KUBERNETES.get((found[1], found[2]))
    return _BY_TYPE.get(token)


def loss(token: str) -> str | None:
    """What is lost with a resource of the type, as the end of a sentence; None where nothing is known to be."""
    kind = kind_of(token)
    return None if kind is None else _LOSS[kind]


def cloud_types() -> frozenset[str]:
    """Every type of a cloud that is known to hold state."""
    return frozenset(token for tokens in _CLOUD.values() for token in tokens.split())
