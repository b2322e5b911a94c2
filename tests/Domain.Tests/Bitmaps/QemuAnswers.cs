namespace LibvirtBackup.Tests.Bitmaps;

/// <summary>Answers of a real QEMU, shortened to what is read.</summary>
internal static class QemuAnswers
{
    /// <summary>
    /// libvirt 9.0, QEMU 7.2: vda has an overlay and a running backup job (its filter and scratch image), vdb has none.
    /// </summary>
    internal const string BackupBlock = """
        {"return":[
        {"device":"","qdev":"/machine/peripheral/virtio-disk0/virtio-backend","inserted":{
          "node-name":"#block451","drv":"copy-before-write","file":"/d/vda.s1","ro":false,
          "image":{"filename":"/d/vda.s1","format":"copy-before-write","virtual-size":67108864,
          "backing-image":{"filename":"/d/vda.s1","format":"qcow2","virtual-size":67108864,
          "backing-image":{"filename":"/d/vda.qcow2","format":"qcow2","virtual-size":33554432}}}}},
        {"device":"","qdev":"/machine/peripheral/virtio-disk1/virtio-backend","inserted":{
          "node-name":"libvirt-1-format","drv":"qcow2","file":"/d/vdb.qcow2","ro":false,
          "image":{"filename":"/d/vdb.qcow2","format":"qcow2","virtual-size":1048576}}},
        {"device":"","qdev":"sata0-0-0"}]}
        """;

    internal const string BackupNodes = """
        {"return":[
        {"node-name":"#block451","drv":"copy-before-write","file":"/d/vda.s1","ro":false,
         "image":{"filename":"/d/vda.s1","format":"copy-before-write","virtual-size":67108864},"dirty-bitmaps":[
         {"count":67108864,"granularity":65536,"recording":false,"busy":false,"persistent":false}]},
        {"node-name":"libvirt-4-format","drv":"qcow2","file":"/d/scratch","ro":false,"backing_file":"/d/vda.s1",
         "image":{"filename":"/d/scratch","format":"qcow2","virtual-size":67108864},"dirty-bitmaps":[
         {"name":"backup-vda","count":0,"granularity":65536,"recording":false,"busy":true,"persistent":false}]},
        {"node-name":"libvirt-3-format","drv":"qcow2","file":"/d/vda.s1","ro":false,"backing_file":"/d/vda.qcow2",
         "image":{"filename":"/d/vda.s1","format":"qcow2","virtual-size":67108864},"dirty-bitmaps":[
         {"count":67108864,"granularity":65536,"recording":false,"busy":false,"persistent":false},
         {"name":"B","count":0,"granularity":65536,"recording":true,"busy":false,"persistent":true},
         {"name":"A","count":131072,"granularity":65536,"recording":true,"busy":false,"persistent":true}]},
        {"node-name":"libvirt-3-storage","drv":"file","file":"/d/vda.s1","ro":false,
         "image":{"filename":"/d/vda.s1","format":"file","virtual-size":196616}},
        {"node-name":"libvirt-1-format","drv":"qcow2","file":"/d/vdb.qcow2","ro":false,
         "image":{"filename":"/d/vdb.qcow2","format":"qcow2","virtual-size":1048576},"dirty-bitmaps":[
         {"name":"A","count":0,"granularity":65536,"recording":false,"busy":false,"persistent":true,
          "inconsistent":true}]},
        {"node-name":"libvirt-2-format","drv":"qcow2","file":"/d/vda.qcow2","ro":true,
         "image":{"filename":"/d/vda.qcow2","format":"qcow2","virtual-size":33554432},"dirty-bitmaps":[
         {"name":"A","count":65536,"granularity":65536,"recording":true,"busy":false,"persistent":true}]},
        {"node-name":"libvirt-2-storage","drv":"file","file":"/d/vda.qcow2","ro":false,
         "image":{"filename":"/d/vda.qcow2","format":"file","virtual-size":196616}}]}
        """;

    internal const string BackupDomain = """
        <domain type='qemu' id='1'><name>demo</name><devices>
          <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/vda.s1' index='3'/>
            <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
          <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/vdb.qcow2' index='1'/>
            <target dev='vdb' bus='virtio'/><alias name='virtio-disk1'/></disk>
          <disk type='file' device='cdrom'><target dev='sda' bus='sata'/><alias name='sata0-0-0'/></disk>
          <disk type='vhostuser' device='disk'><source type='unix' path='/d/socket'/><target dev='vdc' bus='virtio'/>
            <alias name='virtio-disk10'/></disk>
        </devices></domain>
        """;

    /// <summary>
    /// QEMU 11.1, which tells who uses whom: two overlays of one base, whose nodes have the same file and driver.
    /// </summary>
    internal const string SharedBaseBlock = """
        {"return":[
        {"device":"","qdev":"scsi0-0-0-0","inserted":{
          "node-name":"top-a","drv":"qcow2","file":"/d/a.qcow2","ro":false,
          "image":{"filename":"/d/a.qcow2","format":"qcow2","virtual-size":1048576,
          "backing-image":{"filename":"/d/base.qcow2","format":"qcow2","virtual-size":1048576}}}},
        {"device":"","qdev":"scsi0-0-0-1","inserted":{
          "node-name":"top-b","drv":"qcow2","file":"/d/b.qcow2","ro":false,
          "image":{"filename":"/d/b.qcow2","format":"qcow2","virtual-size":1048576,
          "backing-image":{"filename":"/d/base.qcow2","format":"qcow2","virtual-size":1048576}}}}]}
        """;

    internal const string SharedBaseNodes = """
        {"return":[
        {"node-name":"base-of-b","drv":"qcow2","file":"/d/base.qcow2","ro":true,"children":[],
         "image":{"filename":"/d/base.qcow2","format":"qcow2","virtual-size":1048576}},
        {"node-name":"base-of-a","drv":"qcow2","file":"/d/base.qcow2","ro":true,"children":[],
         "image":{"filename":"/d/base.qcow2","format":"qcow2","virtual-size":1048576}},
        {"node-name":"top-b","drv":"qcow2","file":"/d/b.qcow2","ro":false,
         "children":[{"node-name":"base-of-b","child":"backing"}],
         "image":{"filename":"/d/b.qcow2","format":"qcow2","virtual-size":1048576}},
        {"node-name":"top-a","drv":"qcow2","file":"/d/a.qcow2","ro":false,
         "children":[{"node-name":"base-of-a","child":"backing"}],
         "image":{"filename":"/d/a.qcow2","format":"qcow2","virtual-size":1048576}}]}
        """;

    internal const string SharedBaseDomain = """
        <domain type='qemu' id='1'><name>demo</name><devices>
          <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/a.qcow2'/>
            <target dev='sda' bus='scsi'/><alias name='scsi0-0-0-0'/></disk>
          <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/d/b.qcow2'/>
            <target dev='sdb' bus='scsi'/><alias name='scsi0-0-0-1'/></disk>
        </devices></domain>
        """;
}
