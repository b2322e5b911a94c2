namespace LibvirtBackup.Interop.Tests.Xml;

/// <summary>A running domain with one disk of every kind.</summary>
internal static class SampleDomain
{
    public const string Live = """
        <domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>web 1</name>
          <uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</uuid>
          <!-- a note of the administrator -->
          <metadata>
            <app:owner xmlns:app='urn:app'>ops</app:owner>
          </metadata>
          <memory unit='KiB'>262144</memory>
          <sysinfo type='smbios'>
            <system>
              <entry name='uuid'>4dea22b3-1d52-d8f3-2516-782e98ab3fa0</entry>
            </system>
          </sysinfo>
          <os firmware='efi'>
            <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
            <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>
            <nvram template='/usr/share/OVMF/OVMF_VARS.fd'>/nvram/web1.fd</nvram>
            <kernel>/boot/vmlinuz</kernel>
            <initrd>/boot/initrd</initrd>
            <cmdline>console=ttyS0</cmdline>
          </os>
          <devices>
            <disk type='file' device='disk'>
              <driver name='qemu' type='qcow2' discard='unmap'>
                <metadata_cache>
                  <max_size unit='bytes'>1234</max_size>
                </metadata_cache>
              </driver>
              <source file='/img/top.qcow2' index='4'>
                <seclabel model='dac' relabel='no'/>
              </source>
              <backingStore type='block' index='3'>
                <format type='qcow2'/>
                <source dev='/dev/vg/mid'>
                  <seclabel model='dac' relabel='no'/>
                </source>
                <backingStore type='file' index='1'>
                  <format type='raw'/>
                  <source file='/img/base.raw'/>
                  <backingStore/>
                </backingStore>
              </backingStore>
              <mirror type='file' job='active-commit' ready='yes'>
                <format type='qcow2'/>
                <source file='/img/base.raw'/>
              </mirror>
              <target dev='vda' bus='virtio'/>
              <serial>S-1</serial>
              <boot order='1'/>
              <alias name='virtio-disk0'/>
              <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
            </disk>
            <disk type='network' device='disk'>
              <driver type='raw'/>
              <auth username='admin'>
                <secret type='ceph' usage='u'/>
              </auth>
              <source protocol='rbd' name='pool/image' index='5'>
                <host name='mon1' port='6789'/>
                <host name='mon2'/>
              </source>
              <target dev='vdb' bus='virtio'/>
              <shareable/>
            </disk>
            <disk type='volume' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source pool='default' volume='v.img'>
                <encryption format='luks'>
                  <secret type='passphrase' usage='u'/>
                </encryption>
              </source>
              <target dev='vdc' bus='virtio'/>
              <transient/>
            </disk>
            <disk type='file' device='cdrom'>
              <target dev='sda' bus='sata'/>
              <readonly/>
            </disk>
            <disk type='nvme' device='disk'>
              <source type='pci' managed='yes' namespace='1'>
                <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
              </source>
              <target dev='vde' bus='virtio'/>
            </disk>
            <disk type='block' device='lun'>
              <source dev='/dev/sdx'/>
              <target dev='sdb' bus='scsi'/>
            </disk>
            <interface type='network'>
              <mac address='52:54:00:aa:bb:01'/>
              <source network='default'/>
            </interface>
            <interface type='network'>
              <mac address='52:54:00:aa:bb:02'/>
              <source network='default'/>
            </interface>
            <channel type='unix'>
              <target type='virtio' name='org.qemu.guest_agent.0' state='connected'/>
            </channel>
            <tpm model='tpm-crb'>
              <backend type='emulator' persistent_state='yes' version='2.0'>
                <encryption secret='6dd3e4a5-1d76-44ce-961f-f119f5aad935'/>
              </backend>
            </tpm>
          </devices>
          <qemu:commandline>
            <qemu:arg value='-s'/>
          </qemu:commandline>
        </domain>
        """;
}
